/**
 * Owns `/oauth/register`: clients that register themselves (RFC 7591) and manage what they registered (RFC 7592),
 * within the operator's policy. Off unless the operator turns it on. Not the rules that every client must meet, nor how
 * clients and their secrets are kept (clients). The engine's own endpoint would need secrets in clear.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Engine } from '../../provider/engine.ts';
import { routes } from '../../provider/paths.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Clients } from '../clients/index.ts';
import { registrationDoor } from './door.ts';
import { createRegistrar } from './registrar.ts';

export interface RegistrationParts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly engine: () => Engine;
}

export const registration = (parts: RegistrationParts): Feature => {
  const { config } = parts;
  const registrar = createRegistrar(parts);
  return {
    name: 'registration',
    engine: {
      settings: {
        // Looked up when a client registers itself; an operator's word about a sector is taken.
        sectorIdentifierUriValidate: ({ clientId }) => registrar.isNew(clientId),
        ...(config.registration.enabled && {
          discovery: { registration_endpoint: `${config.issuer}${routes.registration}` },
        }),
      },
    },
    ...(config.registration.enabled && { api: registrationDoor(parts, registrar) }),
  };
};
