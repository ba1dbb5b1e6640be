import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Algorithm } from './algorithms.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import { digestOf, parametersOf } from './signature.ts';
import type { Signer } from './signer.ts';

const signOnThePool = promisify(sign);

/**
 * Elliptic curves sign in line: the signature costs less than the way to the thread pool and back. RSA costs ten
 * times as much and would hold up the event loop, so it goes to the pool.
 */
export class LocalSigner implements Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly #parameters: ReturnType<typeof parametersOf>;
  readonly #inline: boolean;

  constructor(key: KeyObject, alg: Algorithm) {
    this.publicJwk = publicJwkOf(key, alg);
    this.alg = alg;
    this.kid = this.publicJwk.kid;
    this.#parameters = parametersOf(alg, key);
    this.#inline = key.asymmetricKeyType !== 'rsa';
  }

  sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array {
    const digest = digestOf(this.alg);
    return this.#inline
      ? sign(digest, data, this.#parameters)
      : signOnThePool(digest, data, this.#parameters);
  }
}
