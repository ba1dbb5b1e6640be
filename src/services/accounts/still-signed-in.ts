import { exitCode, Failure } from '../../errors.ts';
import type { Account } from './account.ts';

const signInEnded = (): Failure =>
  new Failure({
    code: 'sign_in_ended',
    message: 'What was signed in to this account has ended meanwhile. Sign in again.',
    status: 409,
    exit: exitCode.conflict,
  });

/**
 * The condition of a change that a person makes who is signed in, for the account as the request has read it. A new
 * password, or the end of everything that was signed in, may be committed while the request is under way; it wins then.
 */
export const ifStillSignedIn =
  ({ passwordChangedAt, signedOutAt }: Account) =>
  (held: Account): void => {
    const isSame = held.passwordChangedAt === passwordChangedAt && held.signedOutAt === signedOutAt;
    if (!held.enabled || !isSame) throw signInEnded();
  };

export const isSignInEnded = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'sign_in_ended';
