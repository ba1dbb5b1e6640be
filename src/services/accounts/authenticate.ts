import type { ConfiguredAccounts } from './configured.ts';
import type { SignInName } from './contract.ts';
import type { KindsInUse } from './password/hash-format.ts';
import type { Passwords } from './password/passwords.ts';
import type { AccountRecord } from './record.ts';
import type { AccountStore, StoredAccount } from './store.ts';
import type { ToAccount } from './superseded.ts';

interface Dependencies {
  readonly passwords: Passwords;
  readonly configured: ConfiguredAccounts;
  readonly stored: AccountStore;
  readonly toAccount: ToAccount;
  readonly kindsInUse: KindsInUse;
}

/** Whether the account is as it was when the password was read. */
const isUnchanged = (before: AccountRecord, now: AccountRecord | undefined): boolean =>
  now?.enabled === true &&
  now.hash !== undefined &&
  now.passwordChangedAt === before.passwordChangedAt &&
  now.signedOutAt === before.signedOutAt;

/**
 * Every refusal costs the same round trips to the store and the same password hashes, whether the account is unknown, has no
 * password or a hash of another system, is disabled, or the password is wrong. So the time doesn't tell which it was.
 */
export const createFindForSignIn =
  ({ passwords, configured, stored, toAccount, kindsInUse }: Dependencies) =>
  async (login: string): Promise<SignInName> => {
    const held = await stored.byName(login);
    const configuredAccount = configured.byName(login);
    const account = configuredAccount ?? (held === undefined ? undefined : toAccount(held.record));

    const currentRecord = async ({ record }: StoredAccount): Promise<AccountRecord | undefined> =>
      (await stored.byId(record.id))?.record;

    return {
      name: login,
      account,
      async authenticate(password, onRefused = () => {}) {
        const configuredHash = await configured.hashOf(configuredAccount?.id ?? '');
        const hash = configuredAccount === undefined ? held?.record.hash : configuredHash;
        const isUsable = account?.enabled === true;
        const matches = await passwords.verify(hash, password, account?.id ?? login, {
          kindsInUse,
          isUsable,
        });
        if (account === undefined) return void onRefused({ reason: 'unknown_account' });
        if (!matches) return void onRefused({ reason: 'wrong_password', account: account.id });
        if (!account.enabled) return void onRefused({ reason: 'account_disabled', account: account.id });
        // A hash takes long enough for its owner to change the password meanwhile, and the sign-in is timed afterwards.
        if (configuredAccount === undefined && held && !isUnchanged(held.record, await currentRecord(held)))
          return void onRefused({ reason: 'wrong_password', account: account.id });
        if (
          configuredAccount === undefined &&
          held?.record.hash !== undefined &&
          passwords.isOutdated(held.record.hash)
        ) {
          await stored.replaceHash(held, await passwords.hash(password, account.id));
        }
        return account;
      },
    };
  };
