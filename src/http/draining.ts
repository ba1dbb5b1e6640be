import type { FastifyInstance } from 'fastify';

/** Asks each client that still comes to come back on another connection: the answer that says so is its last here. */
export const closeConnectionsWhen = (server: FastifyInstance, isDraining: () => boolean): void => {
  server.addHook('onRequest', (_request, reply, done) => {
    // On the raw response, because the engine answers there.
    if (isDraining()) reply.raw.setHeader('connection', 'close');
    done();
  });
};
