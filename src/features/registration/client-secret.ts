import { randomBytes } from 'node:crypto';
import type { Registration } from '../../services/clients/index.ts';
import type { Clock } from '../../store/port.ts';

export interface NewSecret {
  readonly client_secret: string;
  /** Seconds since the epoch; 0: never (RFC 7591 §3.2.1). */
  readonly client_secret_expires_at: number;
}

interface SecretOptions {
  readonly clock: Clock;
  /** 0: the secret doesn't expire. */
  readonly ttlSeconds: number;
}

/** A secret in case that the client needs a new one. */
export const createSecret = ({ clock, ttlSeconds }: SecretOptions): NewSecret => ({
  client_secret: randomBytes(32).toString('base64url'),
  client_secret_expires_at: ttlSeconds === 0 ? 0 : Math.floor(clock.now() / 1000) + ttlSeconds,
});

export const toRegistrationSecret = ({
  client_secret: value,
  client_secret_expires_at: expiresAt,
}: NewSecret): NonNullable<Registration['secret']> => ({
  value,
  ...(expiresAt > 0 && { expiresAt: expiresAt * 1000 }),
});
