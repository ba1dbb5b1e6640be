import type { FastifyInstance, FastifyRequest } from 'fastify';

/** nginx's word for it: whoever asked hung up before the answer. */
const givenUp = 499;

type Listener = (request: FastifyRequest, status: number, milliseconds: number) => void;

/**
 * Tells of each request that it is over. Fastify's `onResponse` comes only to answers that left: a caller who hangs up
 * would be in no log and in no metric, and what is kept for a request would be kept for ever.
 */
export const onEnding = (server: FastifyInstance, listener: Listener): void => {
  server.addHook('onRequest', (request, { raw }, done) => {
    const begun = performance.now();
    raw.on('close', () =>
      listener(request, raw.writableFinished ? raw.statusCode : givenUp, performance.now() - begun),
    );
    done();
  });
};
