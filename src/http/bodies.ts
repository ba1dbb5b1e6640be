import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

/** Judged by what the headers say, before anything is read: also for the engine, which reads bodies by itself. */
export const refuseBodies = (server: FastifyInstance, { security }: Pick<Config, 'security'>): void => {
  server.addHook('onRequest', async ({ raw }, reply) => {
    const { 'content-encoding': encoding, 'content-length': length } = raw.headers;
    // A few bytes can unpack to any number of them; no client of such a server needs to pack a form.
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      throw new Failure({
        code: 'unsupported_media_type',
        status: 415,
        message: 'send the body as it is, without a content encoding',
      });
    }
    if (length !== undefined && Number(length) > security.max_body_bytes) {
      // The rest of it is not waited for.
      reply.header('connection', 'close');
      throw new Failure({
        code: 'request_too_large',
        status: 413,
        message: `the request body is larger than ${security.max_body_bytes} bytes`,
      });
    }
  });
};
