import { AsyncLocalStorage } from 'node:async_hooks';
import { type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import type { Algorithm } from './algorithms.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import { digestOf, parametersOf } from './signature.ts';
import type { Signer } from './signer.ts';

type SignArguments = readonly [digest: string | null | undefined, data: Uint8Array, key: SignKeyObjectInput];

const runOutsideRequests = AsyncLocalStorage.snapshot();

/**
 * `promisify(sign)` would do, but Node's job lives until the next full collection of garbage. So it must not lead to the
 * request: neither by the storage of its asynchronous context nor by the promise, which is dropped when it settles.
 */
const signOnThePool = (...[digest, data, key]: SignArguments): Promise<Buffer> => {
  let pending: PromiseWithResolvers<Buffer> | undefined = Promise.withResolvers<Buffer>();
  const { promise } = pending;
  const onSigned = (error: Error | null, signature: Buffer): void => {
    if (error) pending?.reject(error);
    else pending?.resolve(signature);
    pending = undefined;
  };
  runOutsideRequests(() => sign(digest, data, key, onSigned));
  return promise;
};

/** Bytes of one P-256 integer. */
const width = 32;

/** ASN.1 integers are signed and as short as possible. JWS integers have their full width. */
const copyInteger = (from: Uint8Array, at: number, length: number, into: Uint8Array, end: number): void => {
  let start = at;
  let left = length;
  while (left > width && from[start] === 0) {
    start++;
    left--;
  }
  if (left > width) throw new Error('a signature is larger than its curve');
  into.set(from.subarray(start, start + left), end - left);
};

/**
 * Converts the DER signature of OpenSSL to the r and s of RFC 7518 §3.4. Node could convert it too, but takes longer for
 * that than for the signature.
 */
export const rawSignature = (der: Uint8Array): Uint8Array => {
  const raw = new Uint8Array(2 * width);
  // SEQUENCE, its length (below 128 on this curve), INTEGER, length, r, INTEGER, length, s.
  const lengthOfR = der[3] ?? 0;
  const lengthOfS = der[5 + lengthOfR] ?? 0;
  if (der[0] !== 0x30 || der[2] !== 0x02 || der[4 + lengthOfR] !== 0x02 || der[1] !== der.length - 2)
    throw new Error('a signature is not in DER');
  copyInteger(der, 4, lengthOfR, raw, width);
  copyInteger(der, 6 + lengthOfR, lengthOfS, raw, 2 * width);
  return raw;
};

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
