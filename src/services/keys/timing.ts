import type { KeysConfig } from './settings.ts';

/** All times are in milliseconds. */
export interface Timing {
  /** From the publication of a signing key to its first signature. */
  readonly signingLead: number;
  /** The same for a secret, which only the processes of this server know. */
  readonly secretLead: number;
  /** How long a key is kept after its last signature. */
  readonly keep: number;
  /** How often the store is read, in case a message about a change was lost. */
  readonly poll: number;
  /** 0 means that keys rotate by command only. */
  readonly rotateEvery: number;
}

/** Sessions count too, because an id token comes back as `id_token_hint` long after it expired. */
const longestLife = ({ tokens, resources }: KeysConfig): number =>
  Math.max(
    tokens.access_token_ttl,
    tokens.client_credentials_ttl,
    tokens.id_token_ttl,
    tokens.session_ttl,
    ...resources.map((resource) => resource.access_token_ttl ?? 0),
  );

/**
 * A process that missed the message publishes a new key one poll late, clocks differ a little, and a relying party may
 * have fetched the key set a moment before. So the lead is the cache time of the key set and a margin of two polls.
 */
export const timingOf = (config: KeysConfig): Timing => {
  const cache = config.keys.jwks_cache_seconds * 1000;
  const margin = Math.min(Math.max(cache / 10, 1000), 60_000);
  return {
    signingLead: cache + margin,
    secretLead: margin,
    keep: longestLife(config) * 1000 + margin,
    poll: margin / 2,
    rotateEvery: config.keys.rotate_every_days * 86_400_000,
  };
};
