import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** nginx's word for it: whoever asked hung up before the answer. */
const clientClosedRequest = 499;

type Listener = (request: FastifyRequest, status: number, milliseconds: number) => void;

const listeners = new WeakMap<FastifyInstance, Listener[]>();

/**
 * Tells of each request that it is over, also of those that are refused ahead of the listener's own hooks. Fastify's
 * `onResponse` comes only to answers that left: a caller who hangs up would be in no log and in no metric, and what is
 * kept for a request would be kept for ever.
 */
export const onRequestEnd = (server: FastifyInstance, listener: Listener): void => {
  const known = listeners.get(server);
  if (known) return void known.push(listener);
  listeners.set(server, [listener]);
  server.addHook('onRequest', (request, { raw }, done) => {
    watchRequestEnd(server, request, raw);
    done();
  });
};

/** The answers that each connection owes. */
const pendingResponses = new WeakMap<Socket, Set<ServerResponse>>();

const pendingResponsesOf = (socket: Socket): Set<ServerResponse> => {
  const known = pendingResponses.get(socket);
  if (known) return known;
  const pending = new Set<ServerResponse>();
  pendingResponses.set(socket, pending);
  // Node forgets those that wait for their turn when a CONNECT comes behind them.
  socket.once('close', () => {
    for (const answer of pending) answer.destroy();
  });
  return pending;
};

/** For a request that no hook sees. */
export const watchRequestEnd = (
  server: FastifyInstance,
  request: FastifyRequest,
  raw: ServerResponse,
): void => {
  const startedAt = performance.now();
  const pending = pendingResponsesOf(request.raw.socket).add(raw);
  raw.on('close', () => {
    pending.delete(raw);
    const status = raw.writableFinished ? raw.statusCode : clientClosedRequest;
    const milliseconds = performance.now() - startedAt;
    for (const listener of listeners.get(server) ?? []) listener(request, status, milliseconds);
  });
};
