/**
 * Owns `/oauth/register`, where clients register themselves (RFC 7591) and manage their registration (RFC 7592), within
 * the operator's policy. It is off by default. The rules for all clients, and how clients and secrets are stored, belong
 * to services/clients. The engine has such an endpoint too, but it would have to store secrets in clear.
 *
 * POST /oauth/register (register-client.ts)
 *   initial access token -> known metadata -> save-client.ts, with a registration access token -> 201
 * GET, PUT, DELETE /oauth/register/:clientId (manage-client.ts)
 *   registration access token -> the client
 *   PUT: known metadata -> save-client.ts, with the next registration access token -> 200
 *   DELETE: the client and its token are removed -> 204
 * save-client.ts
 *   the operator's policy -> the engine's rules -> the rules for all clients, a secret if one is needed, and the commit
 *   of client and token (services/clients)
 */
import type { Feature } from '../../feature.ts';
import { routes } from '../../provider/paths.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import { registrationEndpoint } from './endpoint.ts';
import { createEngineValidation } from './engine-validation.ts';
import { createSaveClient } from './save-client.ts';

export const registration = (dependencies: RegistrationDependencies): Feature => {
  const { config, engine } = dependencies;
  const engineValidation = createEngineValidation(engine);
  const saveClient = createSaveClient(dependencies, engineValidation);
  return {
    name: 'registration',
    provider: {
      settings: {
        // The sector document is fetched only when a client registers itself. An operator's client is trusted.
        sectorIdentifierUriValidate: ({ clientId }) => engineValidation.isValidating(clientId),
        ...(config.registration.enabled && {
          discovery: { registration_endpoint: `${config.issuer}${routes.registration}` },
        }),
      },
    },
    ...(config.registration.enabled && { api: registrationEndpoint(dependencies, saveClient) }),
  };
};
