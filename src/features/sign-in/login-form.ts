import type { Form } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';

export interface Credentials {
  readonly login: string;
  readonly password: string;
  readonly remember: boolean;
}

/** Someone who signs in again keeps the user name, whatever the form says. */
export const credentialsIn = (form: Form, sessionAccount: Account | undefined): Credentials => ({
  login: sessionAccount?.username ?? (form['login'] ?? '').trim(),
  password: form['password'] ?? '',
  remember: form['remember'] === 'yes',
});

export const missingFields = ({ login, password }: Credentials): readonly ('login' | 'password')[] => [
  ...(login === '' ? (['login'] as const) : []),
  ...(password === '' ? (['password'] as const) : []),
];
