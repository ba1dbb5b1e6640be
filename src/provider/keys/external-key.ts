import type { KeyObject } from 'node:crypto';
import { ExternalSigningKey } from 'oidc-provider';
import type { SigningKey } from './signing-key.ts';

/**
 * Given to oidc-provider instead of a private key. It refuses a public JWK in its `jwks`, but accepts an external key
 * whose only operation is `verify`.
 */
class ExternalKey extends ExternalSigningKey {
  readonly #key: SigningKey;

  constructor(key: SigningKey) {
    super();
    this.#key = key;
  }

  override get kid(): string {
    return this.#key.kid;
  }

  override get alg(): string {
    return this.#key.alg;
  }

  override get key_ops(): string[] | undefined {
    return this.#key.key_ops;
  }

  /** Always the same object, because oidc-provider caches its import into WebCrypto by identity. */
  override keyObject(): KeyObject {
    return this.#key.publicKey;
  }

  override sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array {
    if (!this.#key.signer) throw new Error(`the key ${this.kid} no longer signs`);
    return this.#key.signer.sign(data);
  }
}

export const externalKeys = (keys: readonly SigningKey[]): ExternalSigningKey[] =>
  keys.map((key) => new ExternalKey(key));
