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

const sayLast = (answer: ServerResponse): void => {
  if (!answer.headersSent) answer.setHeader('connection', 'close');
};

export const drainConnections = ({ server }: FastifyInstance): Connections => {
  /** The answer that each owes. Node counts one that never was asked for any among those that are busy. */
  const open = new Map<Socket, ServerResponse | undefined>();
  let draining = false;
  server.on('connection', (socket: Socket) => {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  });
  // Ahead of the doors, and on the raw answer, because the engine answers there.
  server.prependListener('request', ({ socket }, answer) => {
    open.set(socket, answer);
    answer.once('close', () => {
      if (open.get(socket) === answer) open.set(socket, undefined);
    });
    if (draining) sayLast(answer);
  });
  return {
    drain() {
      draining = true;
      for (const answer of open.values()) if (answer) sayLast(answer);
    },
    closeIdle() {
      server.closeIdleConnections();
      for (const socket of open.keys()) if (socket.bytesRead === 0) socket.destroy();
    },
    closeAll: () => server.closeAllConnections(),
  };
};
