import { randomBytes } from 'node:crypto';
import { splitScope } from '../../provider/models/client-scope.ts';
import type { ClientMetadata } from '../clients/index.ts';
import type { RegistrationParts } from './index.ts';
import { withinPolicy } from './policy.ts';
import { asRefused } from './refused.ts';

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
  isNew(id: string): boolean;
}

const hidden = new Set(['api_scope', 'client_secret', 'client_secret_expires_at', 'from_registration']);

export const createRegistrar = ({ config, clock, clients, engine }: RegistrationParts): Registrar => {
  const judged = new Set<string>();

  /** By the engine's rules too, which it would otherwise apply at the client's first request. */
  const judge = async (metadata: ClientMetadata, secret: NewSecret | undefined): Promise<void> => {
    judged.add(metadata.client_id);
    try {
      // A JSON object whose names and shapes were looked at.
      await engine().provider.Client.validate({ ...splitScope(metadata), ...secret } as never);
    } finally {
      judged.delete(metadata.client_id);
    }
  };

  const secretFor = async ({ client_id: id, token_endpoint_auth_method }: ClientMetadata) => {
    const method = token_endpoint_auth_method ?? 'client_secret_basic';
    if (!method.startsWith('client_secret_')) return undefined;
    const kept = await clients.get(id);
    const before = kept?.metadata.token_endpoint_auth_method ?? 'client_secret_basic';
    // One kept as a hash can't sign (client_secret_jwt), so that method needs a new one.
    const usable = (before === 'client_secret_jwt') === (method === 'client_secret_jwt');
    if (usable && kept?.secrets.some(({ expiresAt = Infinity }) => expiresAt > clock.now())) return undefined;
    const { secret_ttl: ttl } = config.registration;
    return {
      client_secret: randomBytes(32).toString('base64url'),
      client_secret_expires_at: ttl === 0 ? 0 : Math.floor(clock.now() / 1000) + ttl,
    };
  };

  return {
    async register(given) {
      try {
        const metadata = withinPolicy(config, given);
        const secret = await secretFor(metadata);
        const placeholder = { client_secret: 'x'.repeat(43), client_secret_expires_at: 0 };
        const needs = (metadata.token_endpoint_auth_method ?? 'client_secret_basic').startsWith(
          'client_secret_',
        );
        await judge(metadata, needs ? (secret ?? placeholder) : undefined);
        await clients.register({ ...metadata, ...secret });
        return secret;
      } catch (error) {
        throw asRefused(error);
      }
    },
    async describe(id) {
      const client = await engine().provider.Client.find(id);
      if (client?.['from_registration'] !== true) return undefined;
      const filledIn = Object.entries(client.metadata());
      return {
        ...Object.fromEntries(filledIn.filter(([name, value]) => value !== undefined && !hidden.has(name))),
        scope: (await clients.get(id))?.metadata.scope,
      };
    },
    isNew: (id) => judged.has(id),
  };
};
