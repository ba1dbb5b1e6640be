import { Conflict } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import type { Account, SignInRefused } from './account.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Passwords } from './password/passwords.ts';
import { replaceAccount, toAccount } from './record.ts';
import type { AccountStore, StoredAccount } from './store.ts';

interface Dependencies {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly configured: ConfiguredAccounts;
  readonly stored: AccountStore;
}

/**
 * One refusal for every cause, at one price: the same trips to the store and one password hash, whether the account
 * is unknown, has no password, is disabled, or the password is wrong.
 */
export const createAuthenticate = ({ store, passwords, configured, stored }: Dependencies) => {
  const rehash = async ({ record, body }: StoredAccount, password: string): Promise<void> => {
    const next = { ...record, hash: await passwords.hash(password) };
    try {
      await store.commit([replaceAccount(next, body)]);
    } catch (error) {
      // Changed meanwhile, perhaps by a new password: that one stays.
      if (!(error instanceof Conflict)) throw error;
    }
  };

  return async (
    username: string,
    password: string,
    onRefused: (refused: SignInRefused) => void = () => {},
  ): Promise<Account | undefined> => {
    const held = await stored.byName(username);
    const configuredAccount = configured.byName(username);
    const account = configuredAccount ?? (held === undefined ? undefined : toAccount(held.record));
    const configuredHash = await configured.hashOf(configuredAccount?.id ?? '');
    const hash = configuredAccount === undefined ? held?.record.hash : configuredHash;

    const matches = await passwords.verify(hash, password);
    if (account === undefined) return void onRefused({ reason: 'unknown_account' });
    if (!matches) return void onRefused({ reason: 'wrong_password', account: account.id });
    if (!account.enabled) return void onRefused({ reason: 'account_disabled', account: account.id });
    if (
      configuredAccount === undefined &&
      held?.record.hash !== undefined &&
      passwords.isOutdated(held.record.hash)
    ) {
      await rehash(held, password);
    }
    return account;
  };
};
