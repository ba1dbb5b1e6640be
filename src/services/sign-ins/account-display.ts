import type { AccountDisplay } from '../../views/page.ts';
import type { Account } from '../accounts/index.ts';

export const displayOfAccount = ({ username, claims: { email } }: Account): AccountDisplay => ({
  name: username,
  ...(typeof email === 'string' && { detail: email }),
});
