import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { ExternalSigningKey } from 'oidc-provider';

/** The current keys, in the form that the engine takes. */
export interface EngineKeys {
  readonly signing: ExternalSigningKey[];
  readonly algorithms: readonly string[];
  readonly publicJwks: { readonly keys: readonly JWK[] };
  readonly cookieKeys: readonly string[];
  readonly dpopNonceSecret: Buffer;
  readonly pairwiseSalt: string;
  /** The secret that derives the successors of refresh tokens that are used at that time. */
  refreshSecretAt(at: number): KeyObject;
}
