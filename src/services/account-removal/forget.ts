import type { Store } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import { forgetPasskeys } from '../passkeys/index.ts';
import { createUpstreamLinks } from '../upstreams/index.ts';

/** It can be repeated, also when the account is gone. */
export type ForgetAccount = (account: Pick<Account, 'id'>) => Promise<void>;

/** Removes the passkeys of an account, and its links to other identity providers. */
export const createForgetAccount = ({ store }: { readonly store: Store }): ForgetAccount => {
  const links = createUpstreamLinks(store);
  return async (account) => {
    await forgetPasskeys(store, account);
    await links.removeAll(account.id);
  };
};
