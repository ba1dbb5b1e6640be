/**
 * Owns second factors beside the password: authenticator apps and recovery codes, and what is kept of them. When a sign-in
 * needs one is decided in services/sign-ins; the pages belong to features/second-factor; passkeys are elsewhere.
 *
 * totp.ts computes codes, recovery-codes.ts makes and hashes recovery codes, pending.ts keeps the secret of an app that
 * isn't added yet in its form. record.ts has the stored form, one document in the family of the account. change.ts changes
 * it by compare and swap, so each time step and each recovery code counts once, on all processes together. factor.ts has
 * the contract.
 */
export type { Factors, NewAuthenticator } from './factor.ts';
export { createFactors } from './factors.ts';
export { createForgetBrowsers } from './forget-browsers.ts';
export { qrCodeOf } from './key-uri.ts';
export { readFactors } from './record.ts';
