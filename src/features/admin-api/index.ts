/**
 * Owns the administration API at /api/admin/v1: who may call it (authenticate.ts, dpop-proof.ts), how requests are
 * checked and answered (run-operation.ts, problems.ts, idempotency.ts), its description (openapi.ts), its
 * metadata for clients (resource-metadata.ts), and the operations on what the services own (routes/, one file each).
 * Other features bring operations by `adminRoutes`. What an administrator may change, and the record of it, belongs to
 * services/administration.
 *
 * 1. The token is verified: signature, audience, binding, client, person, role. 401, or 403 without the permission.
 * 2. Content, path and query are checked against the schemas of the operation. 400.
 * 3. `If-Match` and `Idempotency-Key` are read. 428, 412, 409, 422.
 * 4. The operation runs. It answers with a body, its version as `ETag`, and the place of what it made.
 *
 * The resource of the API, and that only listed clients get tokens for it, are in config/admin-api.ts and
 * provider/settings/client-scopes.ts.
 */
import type { FastifyPluginAsync } from 'fastify';
import type { Feature } from '../../feature.ts';
import type { AdminRoute } from '../../services/administration/index.ts';
import { createAuthenticate } from './authenticate.ts';
import type { AdminApiDependencies } from './dependencies.ts';
import { descriptionRoute } from './description.ts';
import { descriptionPage } from './description-page.ts';
import { adminEndpoint } from './endpoint.ts';
import { resourceMetadataRoute } from './resource-metadata.ts';
import { adminRoutes } from './routes/index.ts';

export const adminApi = (
  dependencies: AdminApiDependencies,
  routesOfFeatures: readonly AdminRoute[],
): Feature => {
  if (!dependencies.config.admin.enabled) return { name: 'admin-api' };
  const routes = [...adminRoutes(dependencies), ...routesOfFeatures];
  const { listen } = dependencies.config.admin;
  const authenticate = createAuthenticate(dependencies);
  const api: FastifyPluginAsync = async (scope) => {
    await scope.register(adminEndpoint({ ...dependencies, authenticate }, routes));
    await scope.register(descriptionRoute(dependencies, routes));
    if (listen === undefined) await scope.register(resourceMetadataRoute(dependencies.config));
  };
  return {
    name: 'admin-api',
    adminRoutes: routes,
    adminApi: api,
    ...(listen === undefined && { administrationPages: descriptionPage(dependencies, routes) }),
  };
};
