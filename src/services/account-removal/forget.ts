import type { Events } from '../../events.ts';
import type { Store } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import { createPasskeyList } from '../passkeys/index.ts';
import { createUpstreamLinks } from '../upstreams/index.ts';

/** It can be repeated, also when the account is gone. */
export type ForgetAccount = (account: Pick<Account, 'id'>) => Promise<void>;

/** Removes the passkeys of an account, and its links to other identity providers. */
export const createForgetAccount = (dependencies: {
  readonly store: Store;
  readonly events: Events;
}): ForgetAccount => {
  const passkeys = createPasskeyList(dependencies);
  const links = createUpstreamLinks(dependencies.store);
  return async (account) => {
    await passkeys.forget(account);
    await links.removeAll(account.id);
  };
};
