import type { FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../errors.ts';

/** A few bytes can unpack to any number of them; no client of such a server needs to pack a form. */
const packed = new Failure({
  code: 'unsupported_media_type',
  status: 415,
  message: 'send the body as it is, without a content encoding',
});

export const tooLarge = (most: number): Failure =>
  new Failure({
    code: 'request_too_large',
    status: 413,
    message: `the request body is larger than ${most} bytes`,
  });

/** Judged by what the headers say, before anything is read: also for the engine, which reads bodies by itself. */
export const refuseBodies = (server: FastifyInstance, { security }: Pick<Config, 'security'>): void => {
  const most = security.max_body_bytes;
  server.addHook('onRequest', ({ raw }, reply, done) => {
    const { 'content-encoding': encoding, 'content-length': length } = raw.headers;
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      done(packed);
    } else if (length !== undefined && Number(length) > most) {
      // The rest of it is not waited for.
      reply.header('connection', 'close');
      done(tooLarge(most));
    } else {
      done();
    }
  });
  server.addHook('onSend', ({ raw }, reply, payload, done) => {
    // Answered before its end was seen, and it tells no length: whatever follows would be read for nothing.
    if (raw.headers['transfer-encoding'] !== undefined && !raw.complete) reply.header('connection', 'close');
    done(null, payload);
  });
};
