/**
 * Owns second factors beside the password: authenticator apps and recovery codes, and what is kept of them. When a sign-in
 * needs one is decided in services/sign-ins; the pages belong to features/second-factor; passkeys are elsewhere.
 *
 * factor.ts has the contract, and factors.ts puts its parts together: enrolment.ts adds an app, removal.ts removes apps,
 * recovery.ts makes and uses recovery codes. totp.ts computes codes, recovery-codes.ts hashes recovery codes, app-secrets.ts
 * encrypts the secrets of apps, and pending.ts keeps that of an app that isn't added yet in its form. record.ts has the
 * stored form, one document in the family of the account. change.ts changes it by compare and swap, so each time step and
 * each recovery code counts once, on all processes together. owner-changes.ts tells the owner of the account.
 */
export type { Factors, NewAuthenticator } from './factor.ts';
export { createFactors } from './factors.ts';
export { createForgetBrowsers } from './forget-browsers.ts';
export { qrCodeOf } from './key-uri.ts';
export { readFactors } from './record.ts';
