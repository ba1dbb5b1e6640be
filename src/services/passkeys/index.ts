/**
 * Owns passkeys: what is stored of them, the options for browsers, their challenges, and the verification of what
 * browsers answer (WebAuthn). Where people sign in with one, and the pages on which they add, rename and remove them,
 * belong to features.
 *
 * 1. A page carries options with a challenge that is issued for its interaction or session, and for nothing else.
 * 2. The browser's answer comes back in a form. Its challenge is redeemed, once, before anything else is looked at.
 * 3. The library verifies it (verification.ts). It is loaded at the first ceremony.
 *
 * record.ts: one document has the passkeys of an account, in its family, and one for each credential id names the
 * account. passkey.ts has the contract.
 */
export type { ChallengePurpose } from './challenges.ts';
export type { Passkey, PasskeyList, Passkeys } from './passkey.ts';
export { createPasskeyList, forgetPasskeys } from './passkey-list.ts';
export { createPasskeys } from './passkeys.ts';
export { passkeysKey, readPasskeys } from './record.ts';
export { PasskeyRefused } from './refused.ts';
