import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';

export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly remember: boolean;
}

/** An account that signs in again keeps its user name; the form can't change it. */
export const credentialsIn = (form: Form, sessionAccount: Account | undefined): Credentials => ({
  login: sessionAccount?.username ?? (form['login'] ?? '').trim(),
  password: form['password'] ?? '',
  remember: form['remember'] === 'yes',
});

export const missingFields = ({ login, password }: Credentials): readonly ('login' | 'password')[] => [
  ...(login === '' ? (['login'] as const) : []),
  ...(password === '' ? (['password'] as const) : []),
];
