import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Connections {
  /** Ends those on which nothing is under way, those that never said anything included. */
  closeIdle(): void;
  closeAll(): void;
}

/**
 * What is asked while draining is answered as the last on its connection, and the answer says so: whoever comes again
 * goes elsewhere.
 */
export const drainConnections = (server: FastifyInstance, isDraining: () => boolean): Connections => {
  /** Node counts a connection without a request among those that are busy. */
  const silent = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.addHook('onRequest', (request, reply, done) => {
    silent.delete(request.raw.socket);
    // On the raw response, because the engine answers there.
    if (isDraining()) reply.raw.setHeader('connection', 'close');
    done();
  });
  return {
    closeIdle() {
      server.server.closeIdleConnections();
      for (const socket of silent) if (socket.bytesRead === 0) socket.destroy();
    },
    closeAll: () => server.server.closeAllConnections(),
  };
};
