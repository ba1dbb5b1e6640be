import { createPublicKey, type KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { PublicJwk } from './public-jwk.ts';
import type { Signer } from './signer.ts';

/**
 * Given to oidc-provider instead of a private key. Without a signer it only verifies: oidc-provider refuses a public
 * JWK in its `jwks`, but accepts an external key whose only operation is `verify`.
 */
export class EngineKey extends ExternalSigningKey {
  readonly #jwk: PublicJwk;
  readonly #signer: Signer | undefined;
  readonly #publicKey: KeyObject;

  constructor(jwk: PublicJwk, signer?: Signer) {
    super();
    this.#jwk = jwk;
    this.#signer = signer;
    this.#publicKey = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  }

  override get kid(): string {
    return this.#jwk.kid;
  }

  override get alg(): string {
    return this.#jwk.alg;
  }

  override get key_ops(): string[] | undefined {
    return this.#signer ? undefined : ['verify'];
  }

  /** Always the same object, because oidc-provider caches its import into WebCrypto by identity. */
  override keyObject(): KeyObject {
    return this.#publicKey;
  }

  override sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array {
    if (!this.#signer) throw new Error(`the key ${this.kid} no longer signs`);
    return this.#signer.sign(data);
  }
}
