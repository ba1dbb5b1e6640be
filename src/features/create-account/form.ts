import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import type { CreateAccountModel } from '../../views/pages/create-account.ts';

export type CreateAccountProblem = NonNullable<CreateAccountModel['problems']>[number];

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

const maxTextLength = 255;

export const parseForm = (form: Form): NewAccount => {
  const text = (field: string): string => (form[field] ?? '').trim().slice(0, maxTextLength + 1);
  return {
    login: text('login'),
    name: text('name').slice(0, maxTextLength),
    email: text('email'),
    password: form['password'] ?? '',
  };
};

/** Checks only the form of the address: whether mail arrives there is not known yet. */
export const findProblems = (
  { login, email, password }: NewAccount,
  minPasswordLength: number,
): readonly CreateAccountProblem[] => {
  const problems: CreateAccountProblem[] = [];
  if (login === '') problems.push('loginMissing');
  else if (login.length > maxTextLength) problems.push('loginInvalid');
  if (email === '') problems.push('emailMissing');
  else if (email.length > maxTextLength || !/^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@.\p{C}]+$/u.test(email))
    problems.push('emailInvalid');
  if (password === '') problems.push('passwordMissing');
  else if ([...password].length < minPasswordLength) problems.push('passwordShort');
  return problems;
};

const problemByCode: Readonly<Record<string, CreateAccountProblem>> = {
  account_exists: 'loginTaken',
  username_invalid: 'loginInvalid',
  username_reserved: 'loginReserved',
  password_common: 'passwordCommon',
  password_personal: 'passwordPersonal',
  password_too_long: 'passwordLong',
  password_too_short: 'passwordShort',
};

/** The problem to show for a refusal of services/accounts; absent for any other error. */
export const problemOf = (error: unknown): CreateAccountProblem | undefined =>
  error instanceof Failure ? problemByCode[error.code] : undefined;
