/**
 * Owns `/oauth/register`: clients that register themselves (RFC 7591) and manage what they registered (RFC 7592),
 * within the operator's policy. Off unless the operator turns it on. Not the rules that every client must meet, nor how
 * clients and their secrets are kept (clients). The engine's own endpoint would need secrets in clear.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Engine } from '../../provider/engine.ts';
import { routes } from '../../provider/paths.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { registrationEndpoint } from './endpoint.ts';
import { createRegistrar } from './registrar.ts';

export interface RegistrationDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly engine: () => Engine;
}

export const registration = (dependencies: RegistrationDependencies): Feature => {
  const { config } = dependencies;
  const registrar = createRegistrar(dependencies);
  return {
    name: 'registration',
    provider: {
      settings: {
        // Looked up when a client registers itself; an operator's word about a sector is taken.
        sectorIdentifierUriValidate: ({ clientId }) => registrar.isBeingValidated(clientId),
        ...(config.registration.enabled && {
          discovery: { registration_endpoint: `${config.issuer}${routes.registration}` },
        }),
      },
    },
    ...(config.registration.enabled && { api: registrationEndpoint(dependencies, registrar) }),
  };
};
