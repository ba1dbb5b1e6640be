import { type ClientMetadata, needsSecret, type Registration } from '../../services/clients/index.ts';
import type { Write } from '../../store/port.ts';
import { createSecret, type NewSecret, toRegistrationSecret } from './client-secret.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import type { EngineValidation } from './engine-validation.ts';
import { toRegistrationRefused } from './errors.ts';
import { applyPolicy } from './policy.ts';

/**
 * Adds or changes the client, in one commit with `writes`. Returns the secret if the client got a new one.
 */
export type SaveClient = (
  mode: 'add' | 'change',
  metadata: ClientMetadata,
  writes: readonly Write[],
) => Promise<NewSecret | undefined>;

/** The engine's rules need a secret, and of a client that keeps its secret the server has only the hash. */
const placeholder: NewSecret = { client_secret: 'x'.repeat(43), client_secret_expires_at: 0 };

export const createSaveClient =
  (
    { config, clock, clients }: Pick<RegistrationDependencies, 'config' | 'clock' | 'clients'>,
    engineValidation: EngineValidation,
  ): SaveClient =>
  async (mode, given, writes) => {
    const policy = config.registration;
    try {
      const metadata = applyPolicy(config, given);
      await engineValidation.validate(metadata, needsSecret(metadata) ? placeholder : undefined);
      const secret = createSecret({ clock, ttlSeconds: policy.secret_ttl });
      const registration: Registration = { metadata, secret: toRegistrationSecret(secret), writes };
      const { usesSecret } =
        mode === 'add'
          ? await clients.register(registration)
          : await clients.updateRegistration(registration);
      return usesSecret ? secret : undefined;
    } catch (error) {
      throw toRegistrationRefused(error);
    }
  };
