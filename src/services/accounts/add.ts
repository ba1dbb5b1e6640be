import type { Groups } from '../groups/index.ts';
import type { Accounts, AddAccount, Claims } from './account.ts';
import type { AccountChange } from './change.ts';
import { type AccountRecord, toAccount } from './record.ts';
import type { RoleGroups } from './role-groups.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly groups: Groups;
  readonly roleGroups: RoleGroups;
  /** Checks the account and hashes its password. */
  readonly newRecord: (account: AddAccount) => Promise<AccountRecord>;
  readonly refuseGroupClaims: (claims: Claims | undefined) => Promise<void>;
  readonly accountChange: AccountChange;
}

/** Adds one account: at once, or by a draft that the caller commits together with other writes. */
export const createAddAccount = ({
  stored,
  groups,
  roleGroups,
  newRecord,
  refuseGroupClaims,
  accountChange: { publishChange, emitMemberships },
}: Dependencies): Pick<Accounts, 'add' | 'draft'> => {
  const publishAdded = async ({ id, groups: names = [] }: AccountRecord): Promise<void> => {
    await publishChange('account.added', id);
    emitMemberships(id, [], names);
  };

  return {
    async add(account, { also = [], ...right } = {}) {
      roleGroups.refuseChange([], account.groups ?? [], right);
      await refuseGroupClaims(account.claims);
      const record = await newRecord(account);
      await stored.insert(record, async () => [...also, ...(await groups.require(record.groups ?? []))]);
      await publishAdded(record);
      return toAccount(record);
    },
    async draft(account) {
      roleGroups.refuseChange([], account.groups ?? [], {});
      await refuseGroupClaims(account.claims);
      const record = await newRecord(account);
      return {
        writes: [...(await groups.require(record.groups ?? [])), ...stored.insertions(record)],
        afterCommit: () => publishAdded(record),
      };
    },
  };
};
