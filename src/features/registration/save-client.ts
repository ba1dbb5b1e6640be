import { type ClientMetadata, needsSecret } from '../../services/clients/index.ts';
import { createSecretIfNeeded, type NewSecret } from './client-secret.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import type { EngineValidation } from './engine-validation.ts';
import { toRegistrationRefused } from './errors.ts';
import { applyPolicy } from './policy.ts';

/** Adds or changes the client. Returns the secret if it made a new one. */
export type SaveClient = (metadata: ClientMetadata) => Promise<NewSecret | undefined>;

/** Used when a client keeps its secret. The engine's rules need a secret, and the server has only the hash. */
const placeholder: NewSecret = { client_secret: 'x'.repeat(43), client_secret_expires_at: 0 };

export const createSaveClient =
  (
    { config, clock, clients }: Pick<RegistrationDependencies, 'config' | 'clock' | 'clients'>,
    engineValidation: EngineValidation,
  ): SaveClient =>
  async (given) => {
    const policy = config.registration;
    try {
      const metadata = applyPolicy(policy, given);
      const secret = await createSecretIfNeeded(metadata, { clients, clock, ttlSeconds: policy.secret_ttl });
      await engineValidation.validate(metadata, needsSecret(metadata) ? (secret ?? placeholder) : undefined);
      await clients.register({ ...metadata, ...secret });
      return secret;
    } catch (error) {
      throw toRegistrationRefused(error);
    }
  };
