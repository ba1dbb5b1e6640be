import type { Algorithm } from './algorithms.ts';
import type { PublicJwk } from './public-jwk.ts';

/** Whatever holds a private key: this process, or a service somewhere else that never gives it away. */
export interface Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  /** The signature as RFC 7518 §3 wants it: for ES256 r and s side by side, not DER. */
  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array;
}
