import type { FastifyReply, FastifyRequest } from 'fastify';
import { retryAfterSeconds } from '../errors.ts';
import { withErrorUri } from '../provider/errors/error-uri.ts';
import { toHttpError } from './errors.ts';

export type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/** The default of every scope: JSON, without stack or internals. */
export const createErrorHandler =
  (issuer: string): AnswerError =>
  (error, request, reply) => {
    const httpError = toHttpError(error);
    if (httpError.status >= 500) request.log.error({ err: error }, 'request failed');
    if (httpError.status === 503) reply.header('retry-after', String(retryAfterSeconds));
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
