import type { Account } from '../accounts/index.ts';
import type { By, Factors } from './factor.ts';
import type { OwnerChanges } from './owner-changes.ts';
import { type AuthenticatorRecord, withoutRecovery } from './record.ts';
import type { Recovery } from './recovery.ts';

interface Dependencies {
  readonly changes: OwnerChanges;
  readonly recovery: Recovery;
}

type IsRemoved = (authenticator: AuthenticatorRecord, all: readonly AuthenticatorRecord[]) => boolean;

/** Removes apps, and the recovery codes with the last one. */
export const createRemoval = ({
  changes,
  recovery,
}: Dependencies): Pick<
  Factors,
  'removeAuthenticator' | 'removeSince' | 'removeAll' | 'removeRecoveryCodes'
> => {
  /** Returns how many apps were removed. */
  const remove = async (account: Account, isRemoved: IsRemoved, by?: By): Promise<number> => {
    // An operator isn't signed in to the account.
    const whileSignedIn = by?.request !== undefined;
    const removed = await changes.make('factor-removed', { account, by, whileSignedIn }, (factors) => {
      const authenticators = factors.authenticators.filter((one) => !isRemoved(one, factors.authenticators));
      const result = factors.authenticators.length - authenticators.length;
      const kept = authenticators.length === 0 ? withoutRecovery(factors) : factors;
      if (result === 0) return { result };
      return { result, next: { ...kept, authenticators }, endsPendingSignIns: true };
    });
    if (removed > 0) changes.emit('account.factor_removed', account, 'authenticator', by);
    return removed;
  };

  return {
    removeAuthenticator: async (account, id, by) => (await remove(account, (one) => one.id === id, by)) > 0,

    async removeSince(account, since, by) {
      const isOlder = ({ createdAt }: AuthenticatorRecord): boolean => createdAt < since;
      const hadApp = (account.factorAddedAt ?? since) < since;
      const removed = await remove(
        account,
        (one, all) => !isOlder(one) && (!hadApp || all.some(isOlder)),
        by,
      );
      await recovery.remove(account, since, by);
      return removed;
    },

    removeAll: (account, by) => remove(account, () => true, by),

    removeRecoveryCodes: (account, by) => recovery.remove(account, 0, by),
  };
};
