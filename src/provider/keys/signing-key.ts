import type { KeyObject } from 'node:crypto';

/** A signing key as the engine takes it. This file loads nothing of oidc-provider: every command loads the keys. */
export interface SigningKey {
  readonly kid: string;
  readonly alg: string;
  /** `['verify']` for a key that no longer signs. */
  readonly key_ops: string[] | undefined;
  readonly publicKey: KeyObject;
  /** Undefined for a key that no longer signs. */
  readonly signer: { sign(data: Uint8Array): Promise<Uint8Array> | Uint8Array } | undefined;
}
