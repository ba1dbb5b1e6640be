import { constants, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from './algorithms.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import type { Signer } from './signer.ts';

const signOnThePool = promisify(sign);

const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

/**
 * Elliptic curves sign in line: the signature costs less than the way to the thread pool and back. RSA costs ten
 * times as much and would hold up the event loop, so it goes to the pool.
 */
export class LocalSigner implements Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly #key: KeyObject;

  constructor(key: KeyObject, alg: Algorithm) {
    this.publicJwk = publicJwkOf(key, alg);
    this.alg = alg;
    this.kid = this.publicJwk.kid;
    this.#key = key;
  }

  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array {
    if (this.alg === 'ES256') return sign('sha256', data, { key: this.#key, dsaEncoding: 'ieee-p1363' });
    if (this.alg === 'EdDSA') return sign(null, data, this.#key);
    return signOnThePool('sha256', data, this.alg === 'PS256' ? { key: this.#key, ...pss } : this.#key);
  }
}
