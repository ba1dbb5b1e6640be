import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { SigningKey } from './signing-key.ts';

/** The current keys, in the form that the engine takes. */
export interface EngineKeys {
  readonly signing: readonly SigningKey[];
  readonly algorithms: readonly string[];
  readonly publicJwks: { readonly keys: readonly JWK[] };
  readonly cookieKeys: readonly string[];
  readonly dpopNonceSecret: Buffer;
  readonly pairwiseSalt: string;
  /** The secret that derives the successors of refresh tokens that are used at that time. */
  refreshSecretAt(at: number): KeyObject;
}
