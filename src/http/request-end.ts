import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { trackOpenConnections } from './open-connections.ts';

/** nginx's status for a caller that disconnects before the response. */
const clientClosedRequest = 499;

type Listener = (request: FastifyRequest, status: number, milliseconds: number) => void;

interface Listeners {
  readonly all: Listener[];
  readonly refused: Listener[];
}

const listenersOf = new WeakMap<FastifyInstance, Listeners>();

const watchServer = (server: FastifyInstance): Listeners => {
  const known = listenersOf.get(server);
  if (known) return known;
  const listeners: Listeners = { all: [], refused: [] };
  listenersOf.set(server, listeners);
  trackOpenConnections(server.server);
  server.addHook('onRequest', (request, { raw }, done) => {
    watchRequestEnd(server, request, raw);
    done();
  });
  return listeners;
};

/**
 * Calls `listener` when the response closes, also for requests that were aborted or refused before the listener's own
 * hooks. Fastify's `onResponse` misses those: they would be in no log and in no metric, and state kept per request would
 * never be freed.
 */
export const onRequestEnd = (server: FastifyInstance, listener: Listener): void => {
  watchServer(server).all.push(listener);
};

/** Calls `listener` for responses with a status from 400 on, also when the caller didn't wait for them. */
export const onRefusedRequestEnd = (server: FastifyInstance, listener: Listener): void => {
  watchServer(server).refused.push(listener);
};

/** Called for requests that reach no hook. */
export const watchRequestEnd = (
  server: FastifyInstance,
  request: FastifyRequest,
  raw: ServerResponse,
): void => {
  const startedAt = performance.now();
  raw.on('close', () => {
    const status = raw.writableFinished ? raw.statusCode : clientClosedRequest;
    const milliseconds = performance.now() - startedAt;
    const { all, refused } = watchServer(server);
    for (const listener of all) listener(request, status, milliseconds);
    if (raw.statusCode >= 400)
      for (const listener of refused) listener(request, raw.statusCode, milliseconds);
  });
};
