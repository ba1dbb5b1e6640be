import { createPublicKey } from 'node:crypto';
import type { SigningKey } from '../../provider/keys/signing-key.ts';
import type { PublicJwk } from './public-jwk.ts';
import type { Signer } from './signer.ts';

/** What the engine is given of a key. Without a signer it only verifies. */
export const engineKey = (jwk: PublicJwk, signer: Signer | undefined): SigningKey => ({
  kid: jwk.kid,
  alg: jwk.alg,
  key_ops: signer ? undefined : ['verify'],
  publicKey: createPublicKey({ key: { ...jwk }, format: 'jwk' }),
  signer,
});
