import type { KeyObject } from 'node:crypto';
import type { JWK } from 'jose';
import type { ExternalSigningKey } from 'oidc-provider';

/** The keys of one moment, as the engine needs them. */
export interface EngineKeys {
  readonly signing: ExternalSigningKey[];
  readonly algorithms: readonly string[];
  readonly publicJwks: { readonly keys: readonly JWK[] };
  readonly cookieKeys: readonly string[];
  readonly dpopNonceSecret: Buffer;
  readonly pairwiseSalt: string;
  /** The one that derives at that moment. */
  refreshSecretAt(at: number): KeyObject;
}
