import { Conflict } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import type { Account, SignInRefused } from './account.ts';
import type { Configured } from './configured.ts';
import type { Passwords } from './password/passwords.ts';
import { replaceAccount, toAccount } from './record.ts';
import type { Held, Stored } from './stored.ts';

interface Parts {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly configured: Configured;
  readonly stored: Stored;
}

/**
 * One refusal for every cause, at one price: the same trips to the store and one password hash, whether the account
 * is unknown, has no password, is disabled, or the password is wrong.
 */
export const createSignIn = ({ store, passwords, configured, stored }: Parts) => {
  const rehash = async ({ record, body }: Held, password: string): Promise<void> => {
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
    tell: (refused: SignInRefused) => void = () => {},
  ): Promise<Account | undefined> => {
    const held = await stored.byName(username);
    const fixed = configured.byName(username);
    const account = fixed ?? (held === undefined ? undefined : toAccount(held.record));
    const fixedHash = await configured.hashOf(fixed?.id ?? '');
    const hash = fixed === undefined ? held?.record.hash : fixedHash;

    const matches = await passwords.verify(hash, password);
    if (account === undefined) return void tell({ reason: 'unknown_account' });
    if (!matches) return void tell({ reason: 'wrong_password', account: account.id });
    if (!account.enabled) return void tell({ reason: 'account_disabled', account: account.id });
    if (fixed === undefined && held?.record.hash !== undefined && passwords.isOutdated(held.record.hash)) {
      await rehash(held, password);
    }
    return account;
  };
};
