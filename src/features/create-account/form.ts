import { Failure } from '../../errors.ts';
import type { Form } from '../../http/interactions/step.ts';
import type { CreateAccountModel } from '../../views/pages/create-account.ts';

type CreateAccountProblem = NonNullable<CreateAccountModel['problems']>[number];

export interface Wanted {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const longestText = 255;

export const wantedIn = (form: Form): Wanted => {
  const text = (field: string): string => (form[field] ?? '').trim().slice(0, longestText + 1);
  return {
    login: text('login'),
    name: text('name').slice(0, longestText),
    email: text('email'),
    password: form['password'] ?? '',
  };
};

/** What can be said without asking anybody. An address is only known to be right once mail has reached it. */
export const problemsOf = (
  { login, email, password }: Wanted,
  leastPassword: number,
): readonly CreateAccountProblem[] => {
  const problems: CreateAccountProblem[] = [];
  if (login === '') problems.push('loginMissing');
  else if (login.length > longestText) problems.push('loginInvalid');
  if (email === '') problems.push('emailMissing');
  else if (email.length > longestText || !/^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@.\p{C}]+$/u.test(email))
    problems.push('emailInvalid');
  if (password === '') problems.push('passwordMissing');
  else if ([...password].length < leastPassword) problems.push('passwordShort');
  return problems;
};

const byCode: Readonly<Record<string, CreateAccountProblem>> = {
  account_exists: 'loginTaken',
  username_invalid: 'loginInvalid',
  password_too_long: 'passwordLong',
  password_too_short: 'passwordShort',
};

/** What the accounts refused, as a problem of the form. */
export const problemIn = (error: unknown): CreateAccountProblem | undefined =>
  error instanceof Failure ? byCode[error.code] : undefined;
