import type { Algorithm } from './algorithms.ts';
import type { PublicJwk } from './public-jwk.ts';

/** Signs with a private key that this process holds, or a signing service that never hands it out. */
export interface Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  /** The signature in the form of RFC 7518 §3: for ES256 r followed by s, not DER. */
  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array;
}
