import type { FastifyPluginAsync } from 'fastify';
import type { AccountDataDependencies } from './dependencies.ts';
import { deletedPath } from './paths.ts';

/** People who have no account any more see it. */
export const deletedPage =
  ({ pages }: Pick<AccountDataDependencies, 'pages'>): FastifyPluginAsync =>
  async (scope) => {
    scope.get(deletedPath, async (request, reply) => {
      const { accountDeletedPage } = await import('../../views/pages/account-data.ts');
      return pages.send(request, reply, accountDeletedPage(pages.pageFor(request)));
    });
  };
