import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

interface OpenConnection {
  latestRequest?: IncomingMessage;
  /** The responses that it still owes, in the order of their requests. */
  readonly pendingResponses: Set<ServerResponse>;
}

export type OpenConnections = ReadonlyMap<Socket, Readonly<OpenConnection>>;

const connectionsOf = new WeakMap<Server, OpenConnections>();

/** Call this before the server listens: it sees only connections that come later. */
export const trackOpenConnections = (server: Server): OpenConnections => {
  const known = connectionsOf.get(server);
  if (known) return known;
  const connections = new Map<Socket, OpenConnection>();
  connectionsOf.set(server, connections);
  server.on('connection', (socket: Socket) => {
    const connection: OpenConnection = { pendingResponses: new Set() };
    connections.set(socket, connection);
    socket.once('close', () => {
      connections.delete(socket);
      // Node drops responses that wait behind another one when a CONNECT follows them, and then never closes them.
      for (const response of connection.pendingResponses) response.destroy();
    });
  });
  // It comes before Fastify's own listener, which may answer at once.
  server.prependListener('request', (request, response) => {
    const connection = connections.get(request.socket);
    if (!connection) return;
    connection.latestRequest = request;
    connection.pendingResponses.add(response);
    // It closes once. A listener that removes itself costs more.
    response.on('close', () => connection.pendingResponses.delete(response));
  });
  return connections;
};
