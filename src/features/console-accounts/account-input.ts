import type { Form } from '../../http/pages/form.ts';
import type { Account, Claims, Json } from '../../services/accounts/index.ts';
import type { Problem } from '../../services/console-pages/index.ts';
import type { AccountField, AccountInput } from '../../views/console/account-form.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';

const requirements = ['password', 'factor', 'profile'] as const;
/** Claims with a field of their own. */
const ownFields = ['name', 'email', 'email_verified'];

const textIn = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** Accounts have these without a value of their own. A form that repeated them would make them fixed. */
const isDerived = (name: string, value: Json, username: string): boolean =>
  name === 'updated_at' || (name === 'preferred_username' && value === username);

const otherClaimsOf = ({ username, claims }: Pick<Account, 'username' | 'claims'>): string => {
  const others = Object.entries(claims).filter(
    ([name, value]) => !ownFields.includes(name) && !isDerived(name, value, username),
  );
  return others.length === 0 ? '' : JSON.stringify(Object.fromEntries(others), undefined, 2);
};

export const inputOf = ({ username, claims, groups, required = [] }: Account): AccountInput => ({
  username,
  name: textIn(claims['name']),
  email: textIn(claims['email']),
  emailVerified: claims['email_verified'] === true,
  groups: groups.join(' '),
  claims: otherClaimsOf({ username, claims }),
  required,
});

export const inputIn = (form: Form): AccountInput => ({
  username: form['username'] ?? '',
  name: form['name'] ?? '',
  email: form['email'] ?? '',
  emailVerified: form['email_verified'] === 'yes',
  groups: form['groups'] ?? '',
  // Browsers send line ends of their own.
  claims: (form['claims'] ?? '').replaceAll('\r\n', '\n'),
  required: requirements.filter((one) => form[`require_${one}`] === 'yes'),
});

export const groupsIn = (groups: string): readonly string[] =>
  groups.split(/[\s,]+/).filter((name) => name !== '');

type Errors = Partial<Record<AccountField, string>>;

const parseClaims = (text: string): Record<string, Json> | undefined => {
  if (text.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    // What `JSON.parse` returned is JSON.
    return isObject ? (parsed as Record<string, Json>) : undefined;
  } catch {
    return undefined;
  }
};

/** The claims that the form describes, or what is wrong with its fields. */
export const claimsIn = (
  { username, name, email, emailVerified, claims }: AccountInput,
  { accounts: { form: text } }: ConsoleMessages,
): { readonly claims: Claims; readonly errors: Errors } => {
  const others = parseClaims(claims);
  const isReserved = others !== undefined && ownFields.some((one) => Object.hasOwn(others, one));
  const errors: Errors = {
    ...(username.trim() === '' && { username: text.usernameMissing }),
    ...(others === undefined && { claims: text.claimsInvalid }),
    ...(isReserved && { claims: text.claimsReserved }),
  };
  return {
    errors,
    claims: {
      ...others,
      ...(name.trim() !== '' && { name: name.trim() }),
      ...(email.trim() !== '' && { email: email.trim(), email_verified: emailVerified }),
    },
  };
};

const fields: Readonly<Record<string, AccountField>> = {
  account_exists: 'username',
  username_invalid: 'username',
  username_kept: 'username',
  username_reserved: 'username',
  email_taken: 'email',
  claim_invalid: 'claims',
  group_not_found: 'groups',
  group_invalid: 'groups',
  role_group: 'groups',
  groups_claimed: 'groups',
};

const isPasswordProblem = (code: string): boolean => code.startsWith('password_');

/** Puts the sentence of a refusal at its field, if it has one. */
export const errorsOf = ({
  code,
  message,
}: Problem): { readonly errors: Errors; readonly problem?: string } => {
  const field = isPasswordProblem(code) ? 'password' : fields[code];
  return field === undefined ? { errors: {}, problem: message } : { errors: { [field]: message } };
};
