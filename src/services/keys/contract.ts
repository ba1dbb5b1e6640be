import type { JsonWebKey } from 'node:crypto';
import type { Finding } from '../../store/port.ts';
import { type Algorithm, algorithms } from './algorithms.ts';
import { rotatingSecrets, type SecretUse } from './entry.ts';
import type { KeySet } from './key-set.ts';
import type { SecretCipher } from './secret-cipher.ts';
import type { Stage, Stamps } from './stages.ts';

export const rotatable = [...algorithms, ...rotatingSecrets] as const;
export type Rotatable = (typeof rotatable)[number];

export const isRotatable = (value: string): value is Rotatable => rotatable.some((each) => each === value);

/** A key as operators see it, without its private part. */
export interface KeyInfo extends Stamps {
  readonly kid: string;
  readonly use: 'sig' | SecretUse;
  readonly alg?: Algorithm;
  readonly stage: Stage;
  readonly held: 'here' | 'remote';
}

/** What a rotation would do to one series. Times are milliseconds since the epoch. */
export interface RotationPreview {
  /** The algorithm, or what the secret is for. */
  readonly series: string;
  /** The keys that would retire. */
  readonly replaces: readonly string[];
  readonly signsFrom: number;
  /** The former keys verify until then. */
  readonly formerUntil: number;
}

export interface Keys {
  /** The keys of this moment, from what was last read of the store. It never waits. */
  current(): KeySet;
  /** Calls the listener whenever `current()` returns something else. */
  onChange(listener: (keySet: KeySet) => void): () => void;
  /** Encrypts other secrets at rest. */
  readonly cipher: SecretCipher;
  list(): readonly KeyInfo[];
  /** Key records that can't be used, with the reason. */
  faults(): readonly Finding[];
  /** Publishes a successor for one series, or for all that rotate. With `now` it signs at once, as after a leak. */
  rotate(what?: Rotatable, options?: { readonly now?: boolean }): Promise<readonly KeyInfo[]>;
  /** What `rotate` would do now. Throws when it would be refused. */
  previewRotation(what?: Rotatable, options?: { readonly now?: boolean }): readonly RotationPreview[];
  /** Removes keys past their `remove_at`. A key that is named is removed at once, unless it signs. */
  prune(kid?: string): Promise<readonly string[]>;
  /** Adds a private key (JWK or PEM). It signs after the same lead time as a successor that this server makes. */
  import(text: string, alg?: Algorithm): Promise<readonly KeyInfo[]>;
  /** The private part. Only a command of the operator may ask for it. */
  exportPrivate(kid: string): Promise<JsonWebKey>;
  /** Reads the store and does what is due. A timer calls it; tests that move the clock call it too. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}
