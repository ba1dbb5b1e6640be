/**
 * Owns the playground: in development, a relying party at `/` that sends real requests to this server, step by step,
 * and shows them. `tabs.ts` lists the steps; `steps/` has what each sends and shows. Its clients live in memory, the
 * progress of a browser in an encrypted record for an hour (`journal.ts`). It is absent in production, where `site`
 * serves `/`.
 */
import type { Feature } from '../../feature.ts';
import { loadOnce } from '../../store/load-once.ts';
import { callbackPath, signedOutPath } from './clients.ts';
import type { PlaygroundDependencies } from './handlers.ts';

export { playgroundClientConfigs } from './clients.ts';

export const playground = (dependencies: PlaygroundDependencies): Feature => {
  if (dependencies.config.mode === 'production') return { name: 'playground' };
  /** Its code is loaded with the first visit: few servers get one. */
  const load = loadOnce(async () => {
    const { createHandlers } = await import('./handlers.ts');
    return createHandlers(dependencies);
  });
  return {
    name: 'playground',
    pages: async (scope) => {
      scope.get('/', async (request, reply) => (await load()).showTab(request, reply, 'code'));
      scope.get(callbackPath, async (request, reply) => (await load()).receiveCallback(request, reply));
      scope.get(signedOutPath, async (request, reply) => (await load()).receiveSignOut(request, reply));
      scope.get<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        const { isTab, showTab } = await load();
        return isTab(tab) ? showTab(request, reply, tab) : reply.callNotFound();
      });
      scope.post<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        const { isTab, runAction } = await load();
        return isTab(tab) ? runAction(request, reply, tab) : reply.callNotFound();
      });
    },
  };
};
