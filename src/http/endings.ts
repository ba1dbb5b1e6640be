import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
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

/** The answers that each connection owes. */
const owed = new WeakMap<Socket, Set<ServerResponse>>();

const answersOf = (socket: Socket): Set<ServerResponse> => {
  const known = owed.get(socket);
  if (known) return known;
  const answers = new Set<ServerResponse>();
  owed.set(socket, answers);
  // Node forgets those that wait for their turn when a CONNECT comes behind them.
  socket.once('close', () => {
    for (const answer of answers) answer.destroy();
  });
  return answers;
};

/** For a request that no hook sees. */
export const awaitEnding = (server: FastifyInstance, request: FastifyRequest, raw: ServerResponse): void => {
  const begun = performance.now();
  const answers = answersOf(request.raw.socket).add(raw);
  raw.on('close', () => {
    answers.delete(raw);
    const status = raw.writableFinished ? raw.statusCode : givenUp;
    const milliseconds = performance.now() - begun;
    for (const tell of listeners.get(server) ?? []) tell(request, status, milliseconds);
  });
};
