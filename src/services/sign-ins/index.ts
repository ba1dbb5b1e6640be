/**
 * Owns what several features need to know about a sign-in: whether a session still counts, what is still required of a person, how a step asks for another
 * account, what the engine keeps of a sign-in by password or passkey, how a password is checked outside of a sign-in,
 * and how an account is shown. The login page and its checks
 * belong to features/sign-in; accounts and passwords belong to services/accounts.
 */
export { displayOfAccount } from './account-display.ts';
export { addAnotherAccountCheck, isAnotherAccountRequested, signInAsAnother } from './another-account.ts';
export {
  type CheckedPassword,
  createCheckPassword,
  createCheckRepeated,
  isPasswordRight,
} from './check-password.ts';
export { loadSession, type Session } from './load-session.ts';
export { passkeyLogin } from './passkey-login.ts';
export { isPasskeyOffered, offerPasskey, withoutPasskeyOffer } from './passkey-offer.ts';
export { passwordLogin } from './password-login.ts';
export { metRequirement, pendingRequirements, requireLoginBeforeRequirements } from './requirements.ts';
export { findReadyAccount, findSignedInAccount } from './signed-in-account.ts';
