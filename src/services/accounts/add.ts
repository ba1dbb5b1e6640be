import { Draft } from '../../store/draft.ts';
import type { Groups } from '../groups/index.ts';
import type { AccountChange } from './change.ts';
import type { Accounts, AddAccount } from './contract.ts';
import { allGroupsOf } from './group-sources.ts';
import type { NewRecord } from './new-account-record.ts';
import { type AccountRecord, toAccount } from './record.ts';
import type { RoleGroups } from './role-groups.ts';
import type { AccountStore } from './store.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly groups: Groups;
  readonly roleGroups: RoleGroups;
  /** Checks the account and hashes its password. */
  readonly newRecord: NewRecord;
  readonly accountChange: AccountChange;
}

const groupsIn = ({ groups = [], upstreamGroups }: AddAccount): readonly string[] => [
  ...groups,
  ...(upstreamGroups?.groups ?? []),
];

/** Adds one account: at once, or by a draft that the caller commits together with other writes. */
export const createAddAccount = ({
  stored,
  groups,
  roleGroups,
  newRecord,
  accountChange: { publishChange, emitMemberships },
}: Dependencies): Pick<Accounts, 'add' | 'draft'> => {
  const publishAdded = async (record: AccountRecord): Promise<void> => {
    const { id } = record;
    await publishChange('account.added', id);
    emitMemberships(id, [], allGroupsOf(record));
  };

  return {
    async add(account, { also = [], hashFor, ...right } = {}) {
      roleGroups.refuseChange({}, { groups: groupsIn(account) }, right);
      const record = await newRecord(account, { hashFor, isAdded: true });
      await stored.insert(record, async () => [...also, ...(await groups.require(allGroupsOf(record)))]);
      await publishAdded(record);
      return toAccount(record);
    },
    async draft(account) {
      roleGroups.refuseChange({}, { groups: groupsIn(account) }, {});
      const record = await newRecord(account, { isAdded: true });
      const writes = [...(await groups.require(allGroupsOf(record))), ...stored.insertions(record)];
      return new Draft(writes, () => publishAdded(record));
    },
  };
};
