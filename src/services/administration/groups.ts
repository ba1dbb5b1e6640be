import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import {
  type AddGroup,
  addGroup,
  type ChangeGroup,
  deleteGroup,
  findGroupUse,
  type Group,
  type Groups,
  groupInUse,
  groupNotFound,
} from '../groups/index.ts';
import type { IfVersion } from './accounts.ts';
import { type Administrator, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import { describeGroup } from './describe.ts';
import type { RightOver } from './right-over-account.ts';

export interface GroupAdministration {
  add(by: Administrator, group: AddGroup): Promise<Group>;
  update(by: Administrator, name: string, change: ChangeGroup, condition?: IfVersion): Promise<Group>;
  /** Removes the members, then the group. Returns how many members there were. */
  remove(by: Administrator, name: string, condition?: IfVersion): Promise<number>;
  /** Puts an account into the group, or takes it out. */
  changeMember(by: Administrator, name: string, account: string, isMember: boolean): Promise<void>;
}

interface Dependencies extends RightOver {
  readonly config: Pick<Config, 'accounts' | 'clients' | 'resources' | 'upstreams'>;
  readonly store: Pick<Store, 'read'>;
  readonly groups: Groups;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly recordChange: RecordChange;
}

const protectedGroup = (): Failure =>
  new Failure({
    code: 'insufficient_scope',
    status: 403,
    message: 'This group gives a role in the administration, so changing it needs admin:roles.',
  });

export const createGroupAdministration = ({
  config,
  store,
  groups,
  accounts,
  clients,
  clock,
  requireRightOver: requireRightOverAccount,
  recordChange,
}: Dependencies): GroupAdministration => {
  const requireRightOverGroup = (by: Administrator, name: string): void => {
    requirePermission(by, 'accounts');
    if (!accounts.isRoleGroup(name)) return;
    if (!by.permissions.has('roles')) throw protectedGroup();
    requireRecentSignIn(by, clock);
  };

  return {
    async add(by, group) {
      requireRightOverGroup(by, group.name);
      const added = await addGroup(groups, accounts, group);
      recordChange(by, { operation: 'group.add', after: describeGroup(added) });
      return added;
    },

    async update(by, name, change, { ifVersion } = {}) {
      requireRightOverGroup(by, name);
      const before = await groups.find(name);
      const updated = await groups.update(name, change, { ifVersion });
      recordChange(by, {
        operation: 'group.update',
        before: before && describeGroup(before),
        after: describeGroup(updated),
        details: { group: name },
      });
      return updated;
    },

    async remove(by, name, { ifVersion } = {}) {
      requireRightOverGroup(by, name);
      const use = await findGroupUse({ config, clients, store }, name);
      if (use !== undefined) throw groupInUse(name, use);
      await accounts.requireAdministratorWithout(name);
      const members = await deleteGroup(groups, accounts, name, {
        ifVersion,
        keepsAdministrator: accounts.isRoleGroup(name),
        mayChangeRoles: by.permissions.has('roles'),
        check: (member) => requireRightOverAccount(by, member),
      });
      recordChange(by, { operation: 'group.remove', details: { group: name, members } });
      return members;
    },

    async changeMember(by, name, account, isMember) {
      requireRightOverGroup(by, name);
      if ((await groups.find(name)) === undefined) throw groupNotFound(name);
      await accounts.changeGroups(account, isMember ? { add: [name] } : { remove: [name] }, {
        mayChangeRoles: by.permissions.has('roles'),
        keepsAdministrator: !isMember,
        check(held) {
          requireRightOverAccount(by, held);
          // A person who leaves a group only loses access.
          if (isMember && !held.groups.includes(name)) requireRecentSignIn(by, clock);
        },
      });
      recordChange(by, {
        operation: isMember ? 'group.member_add' : 'group.member_remove',
        account,
        details: { group: name },
      });
    },
  };
};
