import type { KeysConfig } from './settings.ts';

/** In milliseconds. */
export interface Timing {
  /** From the publication of a signing key to its first signature. */
  readonly signingLead: number;
  /** The same for a secret that only our own processes know. */
  readonly secretLead: number;
  /** How long a key stays after its last signature. */
  readonly keep: number;
  /** How often the store is looked at, should an announcement have been lost. */
  readonly poll: number;
  /** 0: by command only. */
  readonly rotateEvery: number;
}

/** Sessions count as well: an id token comes back as `id_token_hint` long after it expired. */
const longestLife = ({ tokens, resources }: KeysConfig): number =>
  Math.max(
    tokens.access_token_ttl,
    tokens.client_credentials_ttl,
    tokens.id_token_ttl,
    tokens.session_ttl,
    ...resources.map((resource) => resource.access_token_ttl ?? 0),
  );

/**
 * A process that missed the announcement publishes a new key one poll late, clocks differ a little, and a relying
 * party may have fetched right before: so the lead is the life of its cache and a margin of two polls.
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
