import { randomBytes } from 'node:crypto';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import { createKeys } from '#src/services/keys/index.ts';
import type { KeysConfig } from '#src/services/keys/settings.ts';
import type { Store } from '#src/store/port.ts';

export interface KeySettings {
  readonly algorithms?: KeysConfig['keys']['algorithms'];
  readonly remote?: KeysConfig['keys']['remote'];
  readonly cacheSeconds?: number;
  readonly days?: number;
  readonly lifeSeconds?: number;
  readonly mode?: KeysConfig['mode'];
  readonly url?: string;
  /** An explicit `undefined` means no key. */
  readonly keyEncryptionKey?: string | undefined;
}

const sharedKeyEncryptionKey = randomBytes(32).toString('base64url');

/** The configuration that keys read; by default with elliptic curves only, because RSA keys are slow to generate. */
export const keysConfig = (settings: KeySettings = {}): KeysConfig => {
  const life = settings.lifeSeconds ?? 3600;
  const key = 'keyEncryptionKey' in settings ? settings.keyEncryptionKey : sharedKeyEncryptionKey;
  return {
    mode: settings.mode ?? 'development',
    store: { url: settings.url ?? 'memory:' },
    security: key === undefined ? {} : { key_encryption_key: key },
    keys: {
      algorithms: settings.algorithms ?? ['ES256', 'EdDSA'],
      rsa_bits: 2048,
      rotate_every_days: settings.days ?? 90,
      jwks_cache_seconds: settings.cacheSeconds ?? 600,
      remote: settings.remote ?? [],
    },
    tokens: {
      access_token_ttl: life,
      client_credentials_ttl: life,
      id_token_ttl: life,
      session_ttl: life,
    },
    resources: [],
  };
};

export const openKeys = async (
  store: Store,
  clock: { now(): number },
  config: KeysConfig = keysConfig(),
  maintain = true,
) => {
  const seenEvents: SecurityEvent[] = [];
  const faults: unknown[] = [];
  const events = createEvents((error) => faults.push(error));
  events.listen((event) => seenEvents.push(event));
  const onError = (error: unknown): void => void faults.push(error);
  const keys = await createKeys({ store, clock, config, events, onError, maintain });
  return { keys, recorded: seenEvents, faults };
};
