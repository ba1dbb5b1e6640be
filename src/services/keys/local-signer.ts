import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from './algorithms.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import { rawSignature } from './raw-signature.ts';
import { digestOf, parametersOf } from './signature.ts';
import type { Signer } from './signer.ts';

const signOnThePool = promisify(sign);

/**
 * Elliptic curves sign on the main thread, because handing the work to the thread pool costs more than the signature.
 * RSA costs ten times as much and would block the event loop, so it runs on the pool.
 */
export class LocalSigner implements Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly sign: Signer['sign'];

  constructor(key: KeyObject, alg: Algorithm) {
    this.publicJwk = publicJwkOf(key, alg);
    this.alg = alg;
    this.kid = this.publicJwk.kid;
    const digest = digestOf(alg);
    if (alg === 'ES256') this.sign = (data) => rawSignature(sign(digest, data, key));
    else if (alg === 'EdDSA') this.sign = (data) => sign(digest, data, key);
    else {
      const parameters = parametersOf(alg, key);
      this.sign = (data) => signOnThePool(digest, data, parameters);
    }
  }
}
