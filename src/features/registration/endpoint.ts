import type { FastifyPluginAsync } from 'fastify';
import { createRegistrationAccessTokens } from './access-tokens.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import { useRegistrationJson } from './json-scope.ts';
import { addManageRoutes } from './manage-client.ts';
import { addRegisterRoute } from './register-client.ts';
import type { SaveClient } from './save-client.ts';

export const registrationEndpoint = (
  dependencies: RegistrationDependencies,
  saveClient: SaveClient,
): FastifyPluginAsync => {
  const { config, store } = dependencies;
  const accessTokens = createRegistrationAccessTokens(store);
  return async (scope) => {
    useRegistrationJson(scope, config.issuer, config.security.max_body_bytes);
    addRegisterRoute(scope, { dependencies, accessTokens, saveClient });
    if (config.registration.management) addManageRoutes(scope, { dependencies, accessTokens, saveClient });
  };
};
