import type { FastifyPluginAsync } from 'fastify';
import type { AdminRoute } from '../../services/administration/index.ts';
import { loadOnce } from '../../store/load-once.ts';
import type { AdminApiDependencies } from './dependencies.ts';
import { adminApiPath } from './paths.ts';

/** The description is the same for every installation, so reading it needs no token. */
export const descriptionRoute =
  (
    { config, version }: Pick<AdminApiDependencies, 'config' | 'version'>,
    routes: readonly AdminRoute[],
  ): FastifyPluginAsync =>
  async (scope) => {
    const load = loadOnce<object>(async () => {
      const { describeApi } = await import('./openapi.ts');
      return describeApi(config, version, routes);
    });
    scope.get(`${adminApiPath}/openapi.json`, async (_request, reply) => {
      return reply.header('cache-control', 'no-store').send(await load());
    });
  };
