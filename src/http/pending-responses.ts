import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Open connections, each with the responses that it still owes, in the order of their requests. */
export type PendingResponses = ReadonlyMap<Socket, ReadonlySet<ServerResponse>>;

const pendingOf = new WeakMap<Server, PendingResponses>();

/** Call this before the server listens: it sees only connections that come later. */
export const trackPendingResponses = (server: Server): PendingResponses => {
  const known = pendingOf.get(server);
  if (known) return known;
  const pending = new Map<Socket, Set<ServerResponse>>();
  pendingOf.set(server, pending);
  server.on('connection', (socket: Socket) => {
    const responses = new Set<ServerResponse>();
    pending.set(socket, responses);
    socket.once('close', () => {
      pending.delete(socket);
      // Node drops responses that wait behind another one when a CONNECT follows them, and then never closes them.
      for (const response of responses) response.destroy();
    });
  });
  // It comes before Fastify's own listener, which may answer at once.
  server.prependListener('request', ({ socket }, response) => {
    const responses = pending.get(socket);
    responses?.add(response);
    response.once('close', () => responses?.delete(response));
  });
  return pending;
};
