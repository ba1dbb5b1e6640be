import { randomBytes } from 'node:crypto';
import { splitScope } from '../../provider/client-scope.ts';
import type { ClientMetadata } from '../../services/clients/index.ts';
import { toRegistrationRefused } from './errors.ts';
import type { RegistrationDependencies } from './index.ts';
import { applyPolicy } from './policy.ts';

interface NewSecret {
  readonly client_secret: string;
  /** Seconds since the epoch; 0: never (RFC 7591 §3.2.1). */
  readonly client_secret_expires_at: number;
}

export interface Registrar {
  /** Judges and keeps; answers the secret that was made, if one was. */
  register(metadata: ClientMetadata): Promise<NewSecret | undefined>;
  /** As it is registered now, with what the engine fills in, without any secret. */
  describe(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** Whether a client is being judged. */
  isBeingValidated(id: string): boolean;
}

const hiddenFields = new Set(['api_scope', 'client_secret', 'client_secret_expires_at', 'from_registration']);

export const createRegistrar = ({ config, clock, clients, engine }: RegistrationDependencies): Registrar => {
  const beingValidated = new Set<string>();

  /** By the engine's rules too, which it would otherwise apply at the client's first request. */
  const validate = async (metadata: ClientMetadata, secret: NewSecret | undefined): Promise<void> => {
    beingValidated.add(metadata.client_id);
    try {
      // A JSON object whose names and shapes were looked at.
      await engine().provider.Client.validate({ ...splitScope(metadata), ...secret } as never);
    } finally {
      beingValidated.delete(metadata.client_id);
    }
  };

  const createSecretIfNeeded = async ({ client_id: id, token_endpoint_auth_method }: ClientMetadata) => {
    const method = token_endpoint_auth_method ?? 'client_secret_basic';
    if (!method.startsWith('client_secret_')) return undefined;
    const existing = await clients.get(id);
    const methodBefore = existing?.metadata.token_endpoint_auth_method ?? 'client_secret_basic';
    // One kept as a hash can't sign (client_secret_jwt), so that method needs a new one.
    const isUsable = (methodBefore === 'client_secret_jwt') === (method === 'client_secret_jwt');
    if (isUsable && existing?.secrets.some(({ expiresAt = Infinity }) => expiresAt > clock.now()))
      return undefined;
    const { secret_ttl: ttl } = config.registration;
    return {
      client_secret: randomBytes(32).toString('base64url'),
      client_secret_expires_at: ttl === 0 ? 0 : Math.floor(clock.now() / 1000) + ttl,
    };
  };

  return {
    async register(given) {
      try {
        const metadata = applyPolicy(config, given);
        const secret = await createSecretIfNeeded(metadata);
        const placeholder = { client_secret: 'x'.repeat(43), client_secret_expires_at: 0 };
        const needsSecret = (metadata.token_endpoint_auth_method ?? 'client_secret_basic').startsWith(
          'client_secret_',
        );
        await validate(metadata, needsSecret ? (secret ?? placeholder) : undefined);
        await clients.register({ ...metadata, ...secret });
        return secret;
      } catch (error) {
        throw toRegistrationRefused(error);
      }
    },
    async describe(id) {
      const client = await engine().provider.Client.find(id);
      if (client?.['from_registration'] !== true) return undefined;
      const filledIn = Object.entries(client.metadata());
      return {
        ...Object.fromEntries(
          filledIn.filter(([name, value]) => value !== undefined && !hiddenFields.has(name)),
        ),
        scope: (await clients.get(id))?.metadata.scope,
      };
    },
    isBeingValidated: (id) => beingValidated.has(id),
  };
};
