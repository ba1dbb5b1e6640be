import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../errors.ts';
import { withErrorUri } from '../provider/error-uri.ts';
import { InvalidCursor, StoreUnavailable } from '../store/errors.ts';

interface HttpError {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** What may be said of an error. Anything not foreseen is a fault of ours: logged whole, shown as such. */
export const toHttpError = (error: unknown): HttpError => {
  if (error instanceof Failure)
    return { status: error.status, error: error.code, description: error.message };
  if (error instanceof InvalidCursor)
    return { status: 400, error: 'invalid_request', description: error.message };
  if (error instanceof StoreUnavailable) {
    return {
      status: 503,
      error: 'temporarily_unavailable',
      description: 'the server is not able to handle the request right now, try it again',
    };
  }
  const status = statusOf(error);
  if (status >= 400 && status < 500) {
    return {
      status,
      error: status === 413 ? 'request_too_large' : 'invalid_request',
      description: descriptionFor(status),
    };
  }
  return {
    status: 500,
    error: 'server_error',
    description: 'something went wrong on our side; the log has the details',
  };
};

const statusOf = (error: unknown): number =>
  typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;

const descriptions: Readonly<Record<number, string>> = {
  413: 'the request body is too large',
  414: 'the address is too long',
  415: 'the content type is not one that is accepted here',
  429: 'too many requests, wait a moment',
};

const descriptionFor = (status: number): string =>
  descriptions[status] ?? 'the request could not be understood';

/** The last resort of all doors: JSON, without stack or internals. */
export const createErrorHandler =
  (issuer: string) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const httpError = toHttpError(error);
    if (httpError.status >= 500) request.log.error({ err: error }, 'request failed');
    if (httpError.status === 503) reply.header('retry-after', '2');
    reply
      .code(httpError.status)
      .header('cache-control', 'no-store')
      .send(withErrorUri(issuer, { error: httpError.error, error_description: httpError.description }));
  };

export const sendNotFound = (_request: FastifyRequest, reply: FastifyReply): void => {
  reply
    .code(404)
    .header('cache-control', 'no-store')
    .send({ error: 'not_found', error_description: 'there is nothing at this address' });
};
