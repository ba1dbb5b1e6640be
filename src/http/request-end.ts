import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { trackOpenConnections } from './open-connections.ts';

/** nginx's status for a caller that disconnects before the response. */
const clientClosedRequest = 499;

type Listener = (request: FastifyRequest, status: number, milliseconds: number) => void;

const listeners = new WeakMap<FastifyInstance, Listener[]>();

/**
 * Calls `listener` when the response closes, also for requests that were aborted or refused before the listener's own
 * hooks. Fastify's `onResponse` misses those: they would be in no log and in no metric, and state kept per request would
 * never be freed.
 */
export const onRequestEnd = (server: FastifyInstance, listener: Listener): void => {
  const known = listeners.get(server);
  if (known) return void known.push(listener);
  listeners.set(server, [listener]);
  trackOpenConnections(server.server);
  server.addHook('onRequest', (request, { raw }, done) => {
    watchRequestEnd(server, request, raw);
    done();
  });
};

/** For requests that reach no hook. */
export const watchRequestEnd = (
  server: FastifyInstance,
  request: FastifyRequest,
  raw: ServerResponse,
): void => {
  const startedAt = performance.now();
  raw.on('close', () => {
    const status = raw.writableFinished ? raw.statusCode : clientClosedRequest;
    const milliseconds = performance.now() - startedAt;
    for (const listener of listeners.get(server) ?? []) listener(request, status, milliseconds);
  });
};
