/**
 * Owns what several features need to know about a sign-in. It decides whether a session still counts, what is still
 * required of a person, and whether a second factor is still needed. It lets a step ask for another account, or for a
 * new sign-in at an upstream before something is set up. It checks a password outside of a sign-in, and a passkey on the
 * pages of a sign-in, and says how an account is shown. The login page and its checks belong to features/sign-in, the
 * page for the second factor to features/second-factor, accounts and passwords to services/accounts.
 */
export { displayOfAccount } from './account-display.ts';
export { addAnotherAccountCheck, isAnotherAccountRequested, signInAsAnother } from './another-account.ts';
export {
  type CheckedPassword,
  createCheckPassword,
  createCheckRepeated,
  isPasswordRight,
} from './check-password.ts';
export { type CompleteSignIn, createCompleteSignIn } from './complete-sign-in.ts';
export { type FirstFactor, findFirstFactor, hasFirstFactorOnly } from './first-factor.ts';
export { createKnownDevices, type KnownDevices } from './known-devices.ts';
export { loadSession, type Session } from './load-session.ts';
export { createOtherWays, type OtherWays } from './other-ways.ts';
export { createCheckPasskey, isPasskeyForm, type RefusedPasskey } from './passkey-answer.ts';
export { passkeyMethods } from './passkey-methods.ts';
export { isPasskeyOffered, offerPasskey, withoutPasskeyOffer } from './passkey-offer.ts';
export { createRememberedBrowsers, type RememberedBrowsers } from './remembered-browsers.ts';
export {
  metRequirement,
  pendingRequirements,
  requireLoginBeforeFactor,
  requireLoginBeforeRequirements,
} from './requirements.ts';
export { codeMethods } from './second-factor-demand.ts';
export {
  addSignInAgainCheck,
  signInAgainAt,
  upstreamAskedAgain,
  upstreamToAsk,
  upstreamToAskBeforeFactor,
  withoutSignInAgain,
} from './sign-in-again.ts';
export { findReadyAccount, findSignedInAccount } from './signed-in-account.ts';
export type { UpstreamSignIn } from './upstream-sign-in.ts';
