import type { FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../errors.ts';
import { withErrorUri } from '../provider/error-uri.ts';
import { BadCursor, Unavailable } from '../store/errors.ts';

interface Fault {
  readonly status: number;
  readonly error: string;
  readonly description: string;
}

/** What may be said of an error. Anything not foreseen is a fault of ours: logged whole, shown as such. */
export const explain = (error: unknown): Fault => {
  if (error instanceof Failure)
    return { status: error.status, error: error.code, description: error.message };
  if (error instanceof BadCursor)
    return { status: 400, error: 'invalid_request', description: error.message };
  if (error instanceof Unavailable) {
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
      description: wordsFor(status),
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

const words: Readonly<Record<number, string>> = {
  413: 'the request body is too large',
  414: 'the address is too long',
  415: 'the content type is not one that is accepted here',
  429: 'too many requests, wait a moment',
};

const wordsFor = (status: number): string => words[status] ?? 'the request could not be understood';

/** The last resort of all doors: JSON, without stack or internals. */
export const answerFault =
  (issuer: string) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const fault = explain(error);
    if (fault.status >= 500) request.log.error({ err: error }, 'request failed');
    if (fault.status === 503) reply.header('retry-after', '2');
    reply
      .code(fault.status)
      .header('cache-control', 'no-store')
      .send(withErrorUri(issuer, { error: fault.error, error_description: fault.description }));
  };

export const answerNotFound = (_request: FastifyRequest, reply: FastifyReply): void => {
  reply
    .code(404)
    .header('cache-control', 'no-store')
    .send({ error: 'not_found', error_description: 'there is nothing at this address' });
};
