import { Failure } from '../../errors.ts';
import type { NewAccountProblem } from '../../views/new-account-fields.ts';

export type { NewAccountProblem } from '../../views/new-account-fields.ts';

const problemByCode = {
  account_exists: 'loginTaken',
  email_taken: 'emailTaken',
  username_invalid: 'loginInvalid',
  // A person isn't told that an account was deleted or renamed.
  username_kept: 'loginTaken',
  username_reserved: 'loginReserved',
  password_common: 'passwordCommon',
  password_personal: 'passwordPersonal',
  password_too_long: 'passwordLong',
  password_too_short: 'passwordShort',
} as const satisfies Readonly<Record<string, NewAccountProblem>>;

const problems: ReadonlyMap<string, NewAccountProblem> = new Map(Object.entries(problemByCode));

/** The problem to show for a refusal of services/accounts; absent for any other error. */
export const problemOf = (error: unknown): NewAccountProblem | undefined =>
  error instanceof Failure ? problems.get(error.code) : undefined;
