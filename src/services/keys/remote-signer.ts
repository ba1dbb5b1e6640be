import type { KeyObject } from 'node:crypto';
import { StoreUnavailable } from '../../store/errors.ts';
import type { Algorithm } from './algorithms.ts';
import { type PublicJwk, publicJwkOf } from './public-jwk.ts';
import { verifySignature } from './signature.ts';
import type { Signer } from './signer.ts';

interface RemoteKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly url: string;
  readonly token?: string;
}

const timeoutMs = 2000;

const signatureIn = (answer: unknown): Buffer => {
  const signature = answer instanceof Object && 'signature' in answer ? answer.signature : undefined;
  if (typeof signature === 'string') return Buffer.from(signature, 'base64url');
  throw new StoreUnavailable('the remote signer answered without a signature');
};

/**
 * A private key that a signing service holds: `POST url` with `{kid, alg, data}` (base64url) answers `{signature}`.
 * Every signature is verified here, because a service with another key would produce tokens that nothing verifies.
 */
export class RemoteSigner implements Signer {
  readonly alg: Algorithm;
  readonly kid: string;
  readonly publicJwk: PublicJwk;
  readonly #settings: RemoteKey;
  readonly #publicKey: KeyObject;

  constructor(settings: RemoteKey, publicKey: KeyObject) {
    this.alg = settings.alg;
    this.kid = settings.kid;
    this.publicJwk = publicJwkOf(publicKey, settings.alg, settings.kid);
    this.#settings = settings;
    this.#publicKey = publicKey;
  }

  async sign(data: Uint8Array): Promise<Uint8Array> {
    const signature = signatureIn(await this.#request(data));
    if (verifySignature(this.alg, this.#publicKey, data, signature)) return signature;
    throw new StoreUnavailable(`the remote signer signed with another key than ${this.kid}`);
  }

  async #request(data: Uint8Array): Promise<unknown> {
    const { kid, alg, url, token } = this.#settings;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ kid, alg, data: Buffer.from(data).toString('base64url') }),
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`status ${response.status}`);
      return await response.json();
    } catch (error) {
      throw new StoreUnavailable('the remote signer did not answer', { cause: error });
    }
  }
}
