import type { JsonWebKey } from 'node:crypto';
import type { Finding } from '#src/store/port.ts';
import { type Algorithm, algorithms } from './algorithms.ts';
import { rotatingSecrets, type SecretUse } from './entry.ts';
import type { KeySet } from './key-set.ts';
import type { SecretCipher } from './secret-cipher.ts';
import type { Stage, Stamps } from './stages.ts';

export const rotatable = [...algorithms, ...rotatingSecrets] as const;
export type Rotatable = (typeof rotatable)[number];

export const isRotatable = (value: string): value is Rotatable => rotatable.some((each) => each === value);

/** A key as an operator sees it: nothing private. */
export interface KeyInfo extends Stamps {
  readonly kid: string;
  readonly use: 'sig' | SecretUse;
  readonly alg?: Algorithm;
  readonly stage: Stage;
  readonly held: 'here' | 'remote';
}

export interface Keys {
  /** Never waits: the state of the moment, from what was last read of the store. */
  current(): KeySet;
  /** Told after each change of what `current()` returns. */
  onChange(listener: (keySet: KeySet) => void): () => void;
  /** For other secrets at rest. */
  readonly cipher: SecretCipher;
  list(): readonly KeyInfo[];
  /** Records that can't be used, and why. */
  faults(): readonly Finding[];
  /** Publishes successors; of everything that rotates unless one is named. `now`: they sign at once (a key leaked). */
  rotate(what?: Rotatable, options?: { readonly now?: boolean }): Promise<readonly KeyInfo[]>;
  /** Forgets what is gone; a key named is forgotten at once, unless it signs. */
  prune(kid?: string): Promise<readonly string[]>;
  /** A private key as JWK or PEM; signs after the same lead as any successor. */
  import(text: string, alg?: Algorithm): Promise<readonly KeyInfo[]>;
  /** The private part. Nothing but an explicit wish of the operator may lead here. */
  exportPrivate(kid: string): Promise<JsonWebKey>;
  /** Looks at the store and does what is due. Runs by itself; tests that move the clock call it. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}
