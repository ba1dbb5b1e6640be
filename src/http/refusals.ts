import type { FastifyInstance } from 'fastify';
import type { Events } from '../events.ts';
import { explain } from './faults.ts';

/**
 * One security event for each request that a door refuses or fails, with the code of the answer as its reason. What
 * was already told of, by the engine or a feature, is not told twice; a 429 is told by who counts.
 */
export const tellRefusals = (server: FastifyInstance, events: Events): void => {
  /** Requests under way, and whether their refusal was told. */
  const underWay = new Map<string, boolean>();

  const forget = events.listen(({ outcome, correlation }) => {
    if (outcome !== 'ok' && correlation !== undefined && underWay.has(correlation)) {
      underWay.set(correlation, true);
    }
  });
  server.addHook('onClose', async () => {
    forget();
  });
  server.addHook('onRequest', (request, _reply, done) => {
    underWay.set(request.id, false);
    done();
  });
  server.addHook('onError', (request, _reply, error, done) => {
    const { status, code } = refusalIn(error);
    if (status !== 429 && underWay.get(request.id) !== true) {
      events.emit({
        type: 'request.refused',
        outcome: status >= 500 ? 'failed' : 'refused',
        reason: code,
        address: request.ip,
        correlation: request.id,
        details: { status, method: request.method, route: request.routeOptions.url ?? 'unknown' },
      });
    }
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    underWay.delete(request.id);
    done();
  });
};

/** Doors with a language of their own throw errors that carry their status, and the code of the answer by some name. */
const refusalIn = (error: Error): { status: number; code: string } => {
  const own = 'status' in error ? error.status : 'statusCode' in error ? error.statusCode : undefined;
  const fault = explain(error);
  if (typeof own !== 'number' || fault.status === own) return { status: fault.status, code: fault.error };
  const names = ['code' in error && error.code, 'error' in error && error.error, error.name];
  const code = names.find((name): name is string => typeof name === 'string' && /^[a-z][a-z_]*$/.test(name));
  return { status: own, code: code ?? (own < 500 ? 'invalid_request' : 'server_error') };
};
