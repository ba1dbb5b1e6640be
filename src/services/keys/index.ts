/**
 * Owns every key and secret that the server creates for itself: signing keys, cookie keys, the DPoP nonce secret, the
 * refresh secret and the pairwise salt. It stores, rotates and publishes them. It owns neither client secrets nor
 * passwords, and doesn't decide what gets signed.
 *
 * The key lifecycle (plan.ts decides, stages.ts names the stages, timing.ts has the times):
 *
 * 1. created   `maintenance` finds a series without a key, or one whose key is due for rotation; or an operator rotates
 *              or imports. The key is generated, its private part encrypted (secret-cipher.ts), and both the key and
 *              its stamps are committed with the head that names all keys (key-ring-store.ts).
 * 2. next      Every process publishes it (jwks.ts) and verifies with it. It waits out the lead, so that relying
 *              parties have fetched it before its first signature.
 * 3. active    From `active_at` on it signs. At that time its predecessor retires, on all processes by the clock.
 * 4. retiring  From `retire_at` on it is still published and verifies, as long as anything that it signed may live.
 * 5. gone      From `remove_at` on it isn't used. The next maintenance, or `keys prune`, removes the record.
 *
 * keys.ts runs this: a poller and messages from other processes call `refresh`, and current-keys.ts hands out the
 * `KeySet` of the moment.
 */
export { algorithms, isAlgorithm } from './algorithms.ts';
export { isRotatable, type KeyInfo, type Keys, type Rotatable, rotatable } from './contract.ts';
export { jwksRoute } from './jwks.ts';
export { keyEncryptionKeyFile, loadSecretCipher } from './key-encryption-key.ts';
export { readStamps } from './key-ring-store.ts';
export type { KeySet } from './key-set.ts';
export { createKeys } from './keys.ts';
export type { SecretCipher } from './secret-cipher.ts';
export { type Stamps, stageOf } from './stages.ts';
