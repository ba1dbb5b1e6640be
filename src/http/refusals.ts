import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Events } from '../events.ts';
import { toHttpError } from './errors.ts';
import { onRequestEnd } from './request-end.ts';

/**
 * One security event for each request that a door refuses or fails, with the code of the answer as its reason. What
 * was already told of, by the engine or a feature, is not told twice. An address that leads nowhere refuses nothing,
 * and neither does the state of health.
 */
export const emitRefusals = (server: FastifyInstance, events: Events): void => {
  /** Requests under way, and whether their refusal was told. */
  const inFlight = new Map<string, boolean>();

  const stopListening = events.listen(({ outcome, correlation }) => {
    if (outcome !== 'ok' && correlation !== undefined && inFlight.has(correlation)) {
      inFlight.set(correlation, true);
    }
  });
  server.addHook('onClose', async () => {
    stopListening();
  });
  /** Also of one that was refused before it was known to be under way, or when nobody waited any more. */
  const reported = new WeakSet<FastifyRequest>();
  const report = (request: FastifyRequest, status: number, reason: string): void => {
    const { id, ip, method, routeOptions } = request;
    if (inFlight.get(id) === true || reported.has(request)) return;
    reported.add(request);
    events.emit({
      type: 'request.refused',
      outcome: status >= 500 ? 'failed' : 'refused',
      reason,
      address: ip,
      correlation: id,
      details: { status, method, route: routeOptions.url ?? 'unknown' },
    });
  };

  server.addHook('onRequest', (request, _reply, done) => {
    inFlight.set(request.id, false);
    done();
  });
  server.addHook('onError', (request, _reply, error, done) => {
    const { status, error: code } = toHttpError(error);
    report(request, status, code);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    if (isRefusal(request, reply.statusCode)) report(request, reply.statusCode, reasonFor(reply.statusCode));
    done(null, payload);
  });
  const emitConnectionRefusal = ({ remoteAddress: address = '' }: Socket, reason: string): void =>
    events.emit({ type: 'connection.refused', outcome: 'refused', reason, address });

  /** What a connection is at, or was. */
  const latestRequest = new WeakMap<Socket, IncomingMessage>();
  server.server.prependListener('request', (request) => void latestRequest.set(request.socket, request));
  // Before the server hangs up, and no longer knows on whom.
  server.server.prependListener('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const reason = reasonForUnreadable(error, socket);
    // A request that breaks off in its body is refused as that request.
    if (reason === undefined || latestRequest.get(socket)?.complete === false) return;
    emitConnectionRefusal(socket, reason);
  });
  // RFC 9110 §10.1.1: answered ahead of every door.
  server.server.on('checkExpectation', ({ socket }, response) => {
    emitConnectionRefusal(socket, 'unknown_expectation');
    response.writeHead(417, { connection: 'close' }).end();
  });
  // RFC 9110 §9.3.6: there are no tunnels. Node lets go of the connection, its errors included.
  server.server.on('connect', ({ socket }) => {
    emitConnectionRefusal(socket, 'method_not_allowed');
    socket.on('error', () => {});
    socket.write(
      'HTTP/1.1 405 Method Not Allowed\r\nallow: \r\nconnection: close\r\ncontent-length: 0\r\n\r\n',
    );
    socket.destroySoon();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { statusCode } = reply.raw;
    if (isRefusal(request, statusCode)) report(request, statusCode, reasonFor(statusCode));
    done();
  });
  onRequestEnd(server, ({ id }) => inFlight.delete(id));
};

/** Bytes that never became a request. A connection that broke, or was opened and not used, asked for nothing. */
const reasonForUnreadable = (
  { code = '' }: NodeJS.ErrnoException,
  { bytesRead }: Socket,
): string | undefined => {
  if (code === 'HPE_HEADER_OVERFLOW') return 'headers_too_large';
  if (code.startsWith('HPE_')) return 'malformed_request';
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' && bytesRead > 0 ? 'request_too_slow' : undefined;
};

const isRefusal = ({ routeOptions }: FastifyRequest, status: number): boolean =>
  status >= 400 && routeOptions.url !== undefined && !(routeOptions.config.allowAnyHost && status === 503);

/** Of a page that asks again or says no by itself. */
const reasonByStatus: Readonly<Record<number, string>> = {
  401: 'login_required',
  404: 'not_found',
  405: 'method_not_allowed',
  410: 'gone',
  422: 'incomplete',
};

const reasonFor = (status: number): string =>
  reasonByStatus[status] ?? (status < 500 ? 'invalid_request' : 'server_error');
