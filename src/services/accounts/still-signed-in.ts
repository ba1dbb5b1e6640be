import { exitCode, Failure } from '../../errors.ts';
import type { Document, Key, Write } from '../../store/port.ts';
import type { Account } from './account.ts';
import { accountKey, readAccount, toAccount } from './record.ts';

const signInEnded = (): Failure =>
  new Failure({
    code: 'sign_in_ended',
    message: 'What was signed in to this account has ended meanwhile. Sign in again.',
    status: 409,
    exit: exitCode.conflict,
  });

interface SignedIn {
  /**
   * It also ends with all other sessions, and when a way to sign in is removed: the sign-in isn't complete, a thief could
   * come back by what the change adds, or it can't be taken back.
   */
  readonly endsWithOthers?: boolean;
}

/**
 * The condition of a change that a person makes who is signed in, for the account as the request has read it. A new
 * password, or the end of everything that was signed in, may be committed while the request is under way; it wins then.
 */
export const ifStillSignedIn =
  (account: Account, { endsWithOthers = false }: SignedIn = {}) =>
  (held: Account): void => {
    const isSame =
      held.passwordChangedAt === account.passwordChangedAt &&
      held.signedOutAt === account.signedOutAt &&
      (!endsWithOthers || held.pendingSignInsEndedAt === account.pendingSignInsEndedAt);
    if (!held.enabled || !isSame) throw signInEnded();
  };

/**
 * The same condition for a change of other records in the family of the account. The caller reads `keys` with them, and
 * tries again after a `Conflict` of the account. An account of the configuration has no record that could say so.
 */
export const keepingSignIn = (account: Account, signedIn: SignedIn = {}) => {
  const keys: readonly Key[] = account.from === 'store' ? [accountKey(account.id)] : [];
  return {
    keys,
    writesOf: ([document]: readonly (Document | undefined)[]): readonly Write[] => {
      if (keys.length === 0) return [];
      if (!document) throw signInEnded();
      ifStillSignedIn(account, signedIn)(toAccount(readAccount(document)));
      const { body } = document;
      return keys.map((key) => ({ op: 'replace', key, body, expected: body }));
    },
  };
};

export const isSignInEnded = (error: unknown): boolean =>
  error instanceof Failure && error.code === 'sign_in_ended';
