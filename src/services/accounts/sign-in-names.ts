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
 * The names by which a person signs in, folded: the user name, and with sign-in by address the verified address. They
 * share one set of records (`accountName`), so the store gives each to one account.
 */
export const signInNames = ({ username, claims }: Named, withEmail: boolean): readonly string[] => {
  const email = withEmail ? verifiedEmailOf(claims) : undefined;
  return [...new Set([foldUsername(username), ...(email === undefined ? [] : [email])])];
};

/** The claim `preferred_username`, folded, where it isn't the user name. */
export const preferredUsernameOf = ({ username, claims }: Named): string | undefined => {
  const claim = claims['preferred_username'];
  const folded = typeof claim === 'string' ? foldUsername(claim) : undefined;
  return folded === foldUsername(username) ? undefined : folded;
};

/** The names by which applications may know the account. When it leaves one, the next person must not get it at once. */
export const publicNames = (account: Named): readonly string[] => {
  const preferred = preferredUsernameOf(account);
  return [foldUsername(account.username), ...(preferred === undefined ? [] : [preferred])];
};

/** What is reserved because the account has verified an address. */
export const addressNames = ({ claims }: Named, withEmail: boolean): readonly string[] => {
  const email = verifiedEmailOf(claims);
  return email === undefined ? [] : [...(withEmail ? [email] : []), addressName(email)];
};

/**
 * What the store reserves for an account, the user name first: the names by which applications may know it and, in every
 * configuration, its verified address. So of two accounts that get one of them at the same moment, one succeeds.
 */
export const reservedNames = (account: Named, withEmail: boolean): readonly string[] => [
  ...new Set([...publicNames(account), ...addressNames(account, withEmail)]),
];

export const nameTaken = (username: string): Failure =>
  new Failure({
    code: 'account_exists',
    message: `An account named ${username} exists already; choose another name.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const preferredUsernameTaken = (name: string): Failure =>
  new Failure({
    code: 'claim_invalid',
    message: `The claim \`preferred_username\` is ${name}, which is the name of another account; choose another one.`,
    status: 422,
    exit: exitCode.usage,
  });

export const emailTaken = (email: string): Failure =>
  new Failure({
    code: 'email_taken',
    message: `Another account has verified ${withoutMark(email)}; a verified address belongs to one account.`,
    status: 409,
    exit: exitCode.conflict,
  });

/** An operator frees the name by the command. To a person, the pages say the same as of a name that is taken. */
export const nameKept = (name: string, until: number): Failure =>
  new Failure({
    code: 'username_kept',
    message: `The name ${name} was that of another account, for which it is kept until ${new Date(until).toISOString().slice(0, 10)}; choose another one, or free it first with \`account release-name ${name}\`.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const nameNotKept = (name: string): Failure =>
  new Failure({
    code: 'name_not_kept',
    message: `The name ${name} is not kept for a former account: it is free, or an account has it.`,
    status: 404,
    exit: exitCode.notFound,
  });

/** Otherwise the name of one person could be the address of another, who then couldn't sign in by it. */
export const checkAtSign = (account: Named, isRule: boolean): void => {
  const { username, claims } = account;
  if (!isRule || !username.includes('@') || verifiedEmailOf(claims) === foldUsername(username)) return;
  throw new Failure({
    code: 'username_invalid',
    message: 'A user name has no @, unless it is the verified e-mail address of the account.',
    status: 422,
    exit: exitCode.usage,
  });
};
