import type { FastifyPluginAsync } from 'fastify';
import type { AdminRoute } from '../../services/administration/index.ts';
import type { AdminApiDependencies } from './dependencies.ts';
import { adminApiPath } from './paths.ts';

/** The description is the same for every installation, so reading it needs no token. */
export const descriptionRoute =
  (
    { config, version }: Pick<AdminApiDependencies, 'config' | 'version'>,
    routes: readonly AdminRoute[],
  ): FastifyPluginAsync =>
  async (scope) => {
    let description: Promise<object> | undefined;
    scope.get(`${adminApiPath}/openapi.json`, async (_request, reply) => {
      description ??= import('./openapi.ts').then(({ describeApi }) => describeApi(config, version, routes));
      return reply.header('cache-control', 'no-store').send(await description);
    });
  };
