import type { Events } from '#src/events.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import type { Account } from './account.ts';
import type { Configured } from './configured.ts';
import type { Passwords } from './password/passwords.ts';
import { replaceAccount, toAccount } from './record.ts';
import type { Held, Stored } from './stored.ts';

interface Parts {
  readonly store: Store;
  readonly passwords: Passwords;
  readonly configured: Configured;
  readonly stored: Stored;
  readonly events: Events;
}

/**
 * One refusal for every cause, at one price: the same trips to the store and one password hash, whether the account
 * is unknown, has no password, is disabled, or the password is wrong.
 */
export const createSignIn = ({ store, passwords, configured, stored, events }: Parts) => {
  const rehash = async ({ record, body }: Held, password: string): Promise<void> => {
    const next = { ...record, hash: await passwords.hash(password) };
    try {
      await store.commit([replaceAccount(next, body)]);
    } catch (error) {
      // Changed meanwhile, perhaps by a new password: that one stays.
      if (!(error instanceof Conflict)) throw error;
    }
  };

  return async (username: string, password: string): Promise<Account | undefined> => {
    const held = await stored.byName(username);
    const fixed = configured.byName(username);
    const account = fixed ?? (held === undefined ? undefined : toAccount(held.record));
    const fixedHash = await configured.hashOf(fixed?.id ?? '');
    const hash = fixed === undefined ? held?.record.hash : fixedHash;

    const matches = await passwords.verify(hash, password);
    if (account === undefined || !matches || !account.enabled) {
      const reason =
        account === undefined ? 'unknown_account' : matches ? 'account_disabled' : 'wrong_password';
      events.emit({
        type: 'password.checked',
        outcome: 'refused',
        reason,
        ...(account === undefined ? {} : { account: account.id }),
      });
      return undefined;
    }
    if (fixed === undefined && held?.record.hash !== undefined && passwords.isOutdated(held.record.hash)) {
      await rehash(held, password);
    }
    return account;
  };
};
