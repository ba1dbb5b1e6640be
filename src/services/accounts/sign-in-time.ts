import type { Account, SignInTime } from './account.ts';

/** Sign-ins are timed in seconds, so one in the same second counts as later. */
const precedes = (seconds: number, milliseconds = 0): boolean => seconds < Math.floor(milliseconds / 1000);

/** Whether a sign-in still counts: after a new password, and after everything was ended, the person signs in again. */
export const isSignInCurrent = (
  { passwordChangedAt, signedOutAt }: Account,
  { signedInAt, endsWithSignIn }: SignInTime,
): boolean =>
  !precedes(signedInAt, signedOutAt) && !(endsWithSignIn && precedes(signedInAt, passwordChangedAt));
