import { createSecretKey, hash, type KeyObject } from 'node:crypto';
import { Failure } from '../../errors.ts';
import type { SigningKey } from '../../provider/keys/signing-key.ts';
import type { Algorithm } from './algorithms.ts';
import { engineKey } from './engine-key.ts';
import type { KeyEntry, SecretEntry, SecretUse, SigningEntry } from './entry.ts';
import type { PublicJwk } from './public-jwk.ts';
import { stageOf } from './stages.ts';

const order = ['active', 'next', 'retiring'] as const;

/** The order is total, so that every process chooses the same key. */
const newestFirst = <Item extends KeyEntry>(entries: readonly Item[]): readonly Item[] =>
  entries.toSorted((a, b) => b.stamps.active_at - a.stamps.active_at || (a.kid < b.kid ? -1 : 1));

const ordered = <Item extends KeyEntry>(entries: readonly Item[], now: number): readonly Item[] => {
  const sorted = newestFirst(entries);
  return order.flatMap((stage) => sorted.filter(({ stamps }) => stageOf(stamps, now) === stage));
};

/**
 * All keys and secrets at one moment; immutable. The members are getters, so `JSON.stringify` and logs show only the
 * version.
 */
export class KeySet {
  readonly version: string;
  readonly #signing: readonly SigningEntry[];
  readonly #secrets: readonly SecretEntry[];
  readonly #refresh: readonly { readonly stamps: SecretEntry['stamps']; readonly key: KeyObject }[];
  readonly #signers: ReadonlyMap<Algorithm, SigningEntry>;
  readonly #engineKeys: readonly SigningKey[];
  readonly #publicJwks: { readonly keys: readonly PublicJwk[] };

  constructor(entries: readonly KeyEntry[], now: number, configured: readonly Algorithm[]) {
    this.#signing = ordered(
      entries.filter((entry) => entry.use === 'sig'),
      now,
    );
    this.#secrets = ordered(
      entries.filter((entry) => entry.use !== 'sig'),
      now,
    );
    this.#refresh = newestFirst(this.#secrets.filter(({ use }) => use === 'refresh')).map(
      ({ stamps, secret }) => ({ stamps, key: createSecretKey(secret) }),
    );
    const able = this.#signing.filter(({ stamps, signer }) => signer && stageOf(stamps, now) === 'active');
    const preferred = [...able.filter(({ held }) => held === 'remote'), ...able];
    const chosenFor = (alg: Algorithm) => preferred.find(({ jwk }) => jwk.alg === alg);
    this.#signers = new Map(
      configured.flatMap((alg) => {
        const entry = chosenFor(alg);
        return entry ? [[alg, entry]] : [];
      }),
    );
    const chosen = new Set(this.#signers.values());
    const sorted = [...chosen, ...this.#signing.filter((entry) => !chosen.has(entry))];
    this.#engineKeys = sorted.map((entry) =>
      engineKey(entry.jwk, chosen.has(entry) ? entry.signer : undefined),
    );
    this.#publicJwks = { keys: sorted.map(({ jwk }) => jwk) };
    const state = [
      ...sorted.map((entry) => `${entry.kid}:${chosen.has(entry)}`),
      ...this.#secrets.map(({ kid, stamps }) => `${kid}:${stageOf(stamps, now)}`),
    ];
    this.version = hash('sha256', state.join('\n'), 'base64url').slice(0, 16);
  }

  /** For the engine: one signing key for each algorithm, then the keys that only verify. */
  get signing(): readonly SigningKey[] {
    return this.#engineKeys;
  }

  /** Algorithms that have a signing key. The `enabledJWA` of oidc-provider must offer no others for signatures. */
  get algorithms(): readonly Algorithm[] {
    return [...this.#signers.keys()];
  }

  get publicJwks(): { readonly keys: readonly PublicJwk[] } {
    return this.#publicJwks;
  }

  /** The first key signs; the others still verify. */
  get cookieKeys(): readonly string[] {
    return this.#all('cookie').map((secret) => secret.toString('base64url'));
  }

  get dpopNonceSecret(): Buffer {
    return this.#first('dpop-nonce');
  }

  /** The secret that was active at that time on every process, so a retry gets the same token as the first try. */
  refreshSecretAt(at: number): KeyObject {
    const then = this.#refresh.find(({ stamps }) => stageOf(stamps, at) === 'active');
    return then?.key ?? createSecretKey(this.#first('refresh'));
  }

  get pairwiseSalt(): string {
    return this.#first('pairwise').toString('base64url');
  }

  toJSON(): { readonly version: string } {
    return { version: this.version };
  }

  #all(use: SecretUse): readonly Buffer[] {
    return this.#secrets.filter((entry) => entry.use === use).map(({ secret }) => Buffer.from(secret));
  }

  #first(use: SecretUse): Buffer {
    const [secret] = this.#all(use);
    if (secret) return secret;
    throw new Failure({
      code: 'key_missing',
      status: 500,
      message: `The ${use} secret can't be read; \`postern doctor\` says why.`,
    });
  }
}
