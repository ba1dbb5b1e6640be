import { randomBytes } from 'node:crypto';
import {
  authenticationMethodOf,
  type ClientMetadata,
  type Clients,
  needsSecret,
} from '../../services/clients/index.ts';
import type { Clock } from '../../store/port.ts';

export interface NewSecret {
  readonly client_secret: string;
  /** Seconds since the epoch; 0: never (RFC 7591 §3.2.1). */
  readonly client_secret_expires_at: number;
}

interface SecretOptions {
  readonly clients: Clients;
  readonly clock: Clock;
  /** 0: the secret doesn't expire. */
  readonly ttlSeconds: number;
}

/** A stored hash can't verify the signatures of client_secret_jwt, so a client that changes to it needs a new secret. */
const usesJwt = (metadata: ClientMetadata): boolean =>
  authenticationMethodOf(metadata) === 'client_secret_jwt';

/** Absent when the client needs no secret, or keeps the one it has. */
export const createSecretIfNeeded = async (
  metadata: ClientMetadata,
  { clients, clock, ttlSeconds }: SecretOptions,
): Promise<NewSecret | undefined> => {
  if (!needsSecret(metadata)) return undefined;
  const existing = await clients.get(metadata.client_id);
  if (existing && usesJwt(existing.metadata) === usesJwt(metadata)) {
    const isLive = existing.secrets.some(({ expiresAt = Infinity }) => expiresAt > clock.now());
    if (isLive) return undefined;
  }
  return {
    client_secret: randomBytes(32).toString('base64url'),
    client_secret_expires_at: ttlSeconds === 0 ? 0 : Math.floor(clock.now() / 1000) + ttlSeconds,
  };
};
