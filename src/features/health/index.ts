/**
 * Owns `/livez` and `/readyz`: whether the process is alive, and whether traffic may be sent to it. What makes a server
 * ready is decided in services/readiness; `postern doctor` examines far more.
 */
import { retryAfterSeconds } from '../../errors.ts';
import type { Feature } from '../../feature.ts';
import type { Readiness } from '../../services/readiness/index.ts';

export const health = (readiness: Pick<Readiness, 'check'>): Feature => ({
  name: 'health',
  api: async (scope) => {
    const anyHost = { config: { allowAnyHost: true } };
    scope.get('/livez', anyHost, async () => ({ status: 'ok' }));
    scope.get('/readyz', anyHost, async (_request, reply) => {
      const { ready, checks } = await readiness.check();
      return reply
        .code(ready ? 200 : 503)
        .headers(ready ? {} : { 'retry-after': String(retryAfterSeconds) })
        .send({ status: ready ? 'ok' : 'unavailable', checks });
    });
  },
});
