import { isDisplayName } from '../../display-name.ts';
import type { Form } from '../../http/pages/form.ts';
import { isPlainAddress } from '../../mail-address.ts';
import type { NewAccountProblem } from '../../views/new-account-fields.ts';

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly password: string;
}

interface Rules {
  readonly minPasswordLength: number;
  /** Addresses at other domains are refused. Empty: any domain. */
  readonly emailDomains?: readonly string[];
}

const maxTextLength = 255;

const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

/** Whether a person may give an account an address at this domain. An empty list allows any. */
export const isAllowedDomain = (email: string, domains: readonly string[]): boolean =>
  domains.length === 0 || domains.includes(domainOf(email));

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
export const isEmailAddress = (text: string): boolean =>
  text.length <= maxTextLength &&
  isPlainAddress(text) &&
  /^[^\s@\p{C}]+@[^\s@\p{C}]+\.[^\s@.\p{C}]+$/u.test(text);

export const findProblems = (
  { login, name, email, password }: NewAccount,
  { minPasswordLength, emailDomains = [] }: Rules,
): readonly NewAccountProblem[] => {
  const problems: NewAccountProblem[] = [];
  if (login === '') problems.push('loginMissing');
  else if (login.length > maxTextLength) problems.push('loginInvalid');
  if (name !== '' && !isDisplayName(name)) problems.push('nameInvalid');
  if (email === '') problems.push('emailMissing');
  else if (!isEmailAddress(email)) problems.push('emailInvalid');
  else if (!isAllowedDomain(email, emailDomains)) problems.push('emailDomain');
  if (password === '') problems.push('passwordMissing');
  else if ([...password].length < minPasswordLength) problems.push('passwordShort');
  return problems;
};
