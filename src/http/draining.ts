import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { trackOpenConnections } from './open-connections.ts';

export interface Connections {
  /** From now on each response is the last one on its connection and says so, so that callers reconnect elsewhere. */
  drain(): void;
  /** Closes every connection that owes no response, also one that never sent a byte. */
  closeIdle(): void;
  closeAll(): void;
}

const announceClose = (response: ServerResponse): void => {
  if (!response.headersSent) response.setHeader('connection', 'close');
};

export const trackConnections = ({ server }: FastifyInstance): Connections => {
  const connections = trackOpenConnections(server);
  return {
    drain() {
      for (const { pendingResponses } of connections.values()) {
        // An earlier one would close the connection before the later ones are sent.
        const last = [...pendingResponses].at(-1);
        if (last) announceClose(last);
      }
      // The engine answers on the raw response, so the header goes there, before any handler runs.
      server.prependListener('request', (_request, response) => announceClose(response));
    },
    closeIdle() {
      server.closeIdleConnections();
      // Node counts a connection without any request as busy.
      for (const socket of connections.keys()) if (socket.bytesRead === 0) socket.destroy();
    },
    closeAll: () => server.closeAllConnections(),
  };
};
