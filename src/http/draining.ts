import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export interface Connections {
  /** From now on an answer is the last on its connection, and says so: whoever comes again goes elsewhere. */
  drain(): void;
  /** Ends those on which nothing is under way, those that never said anything included. */
  closeIdle(): void;
  closeAll(): void;
}

const announceClose = (answer: ServerResponse): void => {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
};

export const trackConnections = ({ server }: FastifyInstance): Connections => {
  /** The answer that each owes. Node counts one that never was asked for any among those that are busy. */
  const pendingResponses = new Map<Socket, ServerResponse | undefined>();
  let draining = false;
  server.on('connection', (socket: Socket) => {
    pendingResponses.set(socket, undefined);
    socket.once('close', () => pendingResponses.delete(socket));
  });
  // Ahead of the doors, and on the raw answer, because the engine answers there.
  server.prependListener('request', ({ socket }, answer) => {
    pendingResponses.set(socket, answer);
    answer.once('close', () => {
      if (pendingResponses.get(socket) === answer) pendingResponses.set(socket, undefined);
    });
    if (draining) announceClose(answer);
  });
  return {
    drain() {
      draining = true;
      for (const answer of pendingResponses.values()) if (answer) announceClose(answer);
    },
    closeIdle() {
      server.closeIdleConnections();
      for (const socket of pendingResponses.keys()) if (socket.bytesRead === 0) socket.destroy();
    },
    closeAll: () => server.closeAllConnections(),
  };
};
