/**
 * Owns the playground: in development, a relying party at `/` that sends real requests to this server, step by step,
 * and shows them. `tabs.ts` lists the steps; `steps/` has what each sends and shows. Its clients live in memory, the
 * progress of a browser in an encrypted record for an hour (`journal.ts`). It is absent in production, where `site`
 * serves `/`.
 */
import type { Feature } from '../../feature.ts';
import { callbackPath, signedOutPath } from './clients.ts';
import { createHandlers, type PlaygroundDependencies } from './handlers.ts';
import { isTab } from './tabs.ts';

export { playgroundClientConfigs } from './clients.ts';

export const playground = (dependencies: PlaygroundDependencies): Feature => {
  if (dependencies.config.mode === 'production') return { name: 'playground' };
  const { showTab, runAction, receiveCallback, receiveSignOut } = createHandlers(dependencies);
  return {
    name: 'playground',
    pages: async (scope) => {
      scope.get('/', (request, reply) => showTab(request, reply, 'code'));
      scope.get(callbackPath, receiveCallback);
      scope.get(signedOutPath, receiveSignOut);
      scope.get<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? showTab(request, reply, tab) : reply.callNotFound();
      });
      scope.post<{ Params: { tab: string } }>('/playground/:tab', async (request, reply) => {
        const { tab } = request.params;
        return isTab(tab) ? runAction(request, reply, tab) : reply.callNotFound();
      });
    },
  };
};
