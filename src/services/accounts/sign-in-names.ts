import { exitCode, Failure } from '../../errors.ts';
import type { Claims } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import { foldUsername } from './username.ts';

interface Named {
  readonly username: string;
  readonly claims: Claims;
}

/** Marks a reserved text that isn't a name to sign in by. Names are trimmed, so none begins with a line break. */
const addressMark = '\n';

const addressName = (email: string): string => `${addressMark}${email}`;

/** The text of a reserved name, as people know it. */
export const withoutMark = (name: string): string => (name.startsWith(addressMark) ? name.slice(1) : name);

/**
 * What the store reserves for an account, the user name first: its sign-in names and, in every configuration, its
 * verified address. So of two accounts that verify an address at the same moment, one succeeds.
 */
export const reservedNames = (account: Named, withEmail: boolean): readonly string[] => {
  const email = verifiedEmailOf(account.claims);
  return [...signInNames(account, withEmail), ...(email === undefined ? [] : [addressName(email)])];
};

/**
 * The names by which a person signs in, folded: the user name, and with sign-in by address the verified address. They
 * share one set of records (`accountName`), so the store gives each to one account.
 */
export const signInNames = ({ username, claims }: Named, withEmail: boolean): readonly string[] => {
  const email = withEmail ? verifiedEmailOf(claims) : undefined;
  return [...new Set([foldUsername(username), ...(email === undefined ? [] : [email])])];
};

export const nameTaken = (username: string): Failure =>
  new Failure({
    code: 'account_exists',
    message: `An account named ${username} exists already; choose another name.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const emailTaken = (email: string): Failure =>
  new Failure({
    code: 'email_taken',
    message: `Another account has verified ${withoutMark(email)}; a verified address belongs to one account.`,
    status: 409,
    exit: exitCode.conflict,
  });

/** Otherwise the name of one person could be the address of another, who then couldn't sign in by it. */
export const checkAtSign = (account: Named, withEmail: boolean): void => {
  const { username, claims } = account;
  if (!withEmail || !username.includes('@') || verifiedEmailOf(claims) === foldUsername(username)) return;
  throw new Failure({
    code: 'username_invalid',
    message: 'A user name has no @, unless it is the verified e-mail address of the account.',
    status: 422,
    exit: exitCode.usage,
  });
};
