/**
 * Owns `/livez` and `/readyz`: is the process alive, and may traffic be sent to it. Not metrics, nor the long look
 * that `postern doctor` takes.
 */
import type { Feature } from '../../feature.ts';
import type { Keys } from '../../services/keys/index.ts';
import { createReadiness, type Readiness } from '../../services/readiness/index.ts';
import type { Store } from '../../store/port.ts';

export type { Readiness } from '../../services/readiness/index.ts';

export const health = (
  store: Store,
  keys: Pick<Keys, 'list' | 'faults'>,
): Feature & { readonly readiness: Readiness } => {
  const readiness = createReadiness(store, {
    canSign: () => keys.list().some(({ use, stage }) => use === 'sig' && stage === 'active'),
    faults: keys.faults,
  });
  return {
    name: 'health',
    readiness,
    api: async (scope) => {
      const anyHost = { config: { allowAnyHost: true } };
      scope.get('/livez', anyHost, async () => ({ status: 'ok' }));
      scope.get('/readyz', anyHost, async (_request, reply) => {
        const { ready, checks } = readiness.now();
        return reply
          .code(ready ? 200 : 503)
          .headers(ready ? {} : { 'retry-after': '2' })
          .send({ status: ready ? 'ok' : 'unavailable', checks });
      });
    },
    start: () => readiness.start(),
  };
};
