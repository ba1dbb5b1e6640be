/**
 * Owns every key and secret that the server makes for itself: signing keys, cookie keys, the DPoP nonce secret, the
 * refresh secret and the pairwise salt; how they are kept, rotated and published. Client secrets and passwords are not
 * its business, nor is what gets signed.
 */
export { algorithms, isAlgorithm } from './algorithms.ts';
export { isRotatable, type KeyInfo, type Keys, rotatable } from './contract.ts';
export { jwksRoute } from './jwks.ts';
export { loadSecretCipher } from './key-encryption-key.ts';
export type { KeySet } from './key-set.ts';
export { createKeys } from './keys.ts';
