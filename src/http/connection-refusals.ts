import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Events } from '../events.ts';
import { trackOpenConnections } from './open-connections.ts';

/** Refuses what never reaches a route, and emits a security event for it: unreadable bytes, expectations and tunnels. */
export const refuseConnections = ({ server }: FastifyInstance, events: Events): void => {
  const emitRefusal = ({ remoteAddress: address = '' }: Socket, reason: string): void =>
    events.emit({ type: 'connection.refused', outcome: 'refused', reason, address });

  const connections = trackOpenConnections(server);
  // It comes before the listener that closes the connection: the address is unknown afterwards.
  server.prependListener('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const reason = reasonForUnreadable(error, socket);
    // A request that breaks off in its body is refused by its route.
    if (reason === undefined || connections.get(socket)?.latestRequest?.complete === false) return;
    emitRefusal(socket, reason);
  });
  // RFC 9110 §10.1.1: the only expectation that HTTP defines is 100-continue.
  server.on('checkExpectation', ({ socket }, response) => {
    emitRefusal(socket, 'unknown_expectation');
    response.writeHead(417, { connection: 'close' }).end();
  });
  // RFC 9110 §9.3.6: this server opens no tunnels. Node stops handling the socket here, its errors included.
  server.on('connect', ({ socket }) => {
    emitRefusal(socket, 'method_not_allowed');
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 405 Method Not Allowed\r\nallow: \r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    );
    socket.destroySoon();
  });
};

/** A connection that broke, or that was opened and never used, asked for nothing. */
const reasonForUnreadable = (
  { code = '' }: NodeJS.ErrnoException,
  { bytesRead }: Socket,
): string | undefined => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code.startsWith('HPE_')) return 'malformed_request';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead > 0 ? 'request_too_slow' : undefined;
};
