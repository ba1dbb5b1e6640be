import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** nginx's word for it: whoever asked hung up before the answer. */
const givenUp = 499;

type Listener = (request: FastifyRequest, status: number, milliseconds: number) => void;

const listeners = new WeakMap<FastifyInstance, Listener[]>();

/**
 * Tells of each request that it is over, also of those that are refused ahead of the listener's own hooks. Fastify's
 * `onResponse` comes only to answers that left: a caller who hangs up would be in no log and in no metric, and what is
 * kept for a request would be kept for ever.
 */
export const onEnding = (server: FastifyInstance, listener: Listener): void => {
  const known = listeners.get(server);
  if (known) return void known.push(listener);
  listeners.set(server, [listener]);
  server.addHook('onRequest', (request, { raw }, done) => {
    awaitEnding(server, request, raw);
    done();
  });
};

/** For a request that no hook sees. */
export const awaitEnding = (server: FastifyInstance, request: FastifyRequest, raw: ServerResponse): void => {
  const begun = performance.now();
  raw.on('close', () => {
    const status = raw.writableFinished ? raw.statusCode : givenUp;
    const milliseconds = performance.now() - begun;
    for (const tell of listeners.get(server) ?? []) tell(request, status, milliseconds);
  });
};
