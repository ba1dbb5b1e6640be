import { exitCode, Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Write } from '../../store/port.ts';
import type { Groups } from '../groups/index.ts';
import { requireVersion } from '../record-version.ts';
import type { Account } from './account.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { ChangeConditions, RoleRight } from './contract.ts';
import { allGroupsOf } from './group-sources.ts';
import type { Guard, LastAdministrator } from './last-administrator.ts';
import { type AccountRecord, toAccount } from './record.ts';
import type { RoleGroups } from './role-groups.ts';
import type { AccountStore } from './store.ts';
import type { ToAccount } from './superseded.ts';

interface Dependencies {
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly toAccount: ToAccount;
  readonly groups: Groups;
  readonly roleGroups: RoleGroups;
  readonly administrators: LastAdministrator;
  readonly events: Events;
  readonly invalidate: (id: string) => Promise<void>;
}

interface ChangeOptions extends ChangeConditions {
  readonly also?: readonly Write[] | undefined;
  readonly alsoFor?: ((before: Account, after: Account) => readonly Write[]) | undefined;
}

type Next = (record: AccountRecord) => AccountRecord;

/** What every change of an account has in common: the record, the caches of all processes, and the events. */
export interface AccountChange {
  /** Throws for an account of the configuration. */
  refuseConfigured(id: string): void;
  /** What decides whether the account may stop to be an administrator, for one attempt to change it. */
  guardOf(
    id: string,
    preview: (record: AccountRecord) => AccountRecord | undefined,
    conditions: ChangeConditions,
  ): Promise<Guard>;
  /** Applies `next` and emits an event of this type. `also` is committed together with the change. */
  change(id: string, type: string, next: Next, options?: ChangeOptions): Promise<Account>;
  /** Applies `next` only while all groups of `add` exist. It emits the memberships that changed, and nothing else. */
  changeWithGroups(
    id: string,
    next: Next,
    add: readonly string[],
    options?: ChangeOptions & RoleRight,
  ): Promise<AccountRecord>;
  /** Invalidates the account on every process, and emits the event. */
  publishChange(type: string, id: string): Promise<void>;
  emitMemberships(account: string, former: readonly string[], now: readonly string[]): void;
}

export const assertConditions = (held: AccountRecord, { ifVersion, check }: ChangeConditions): void => {
  requireVersion(held, ifVersion);
  check?.(toAccount(held));
};

const noGuard: Guard = () => {};

export const createAccountChange = ({
  stored,
  configured,
  toAccount,
  groups,
  roleGroups,
  administrators,
  events,
  invalidate,
}: Dependencies): AccountChange => {
  const refuseConfigured = (id: string): void => {
    if (!configured.byId.has(id)) return;
    throw new Failure({
      code: 'account_configured',
      message: 'This account comes from the configuration; change it there.',
      status: 409,
      exit: exitCode.conflict,
    });
  };

  const publishChange = async (type: string, id: string): Promise<void> => {
    await invalidate(id);
    events.emit({ type, outcome: 'ok', account: id });
  };

  const emitMemberships = (account: string, former: readonly string[], now: readonly string[]): void => {
    const emitAll = (type: string, names: readonly string[]): void => {
      for (const group of names) events.emit({ type, outcome: 'ok', account, details: { group } });
    };
    emitAll(
      'group.member_added',
      now.filter((name) => !former.includes(name)),
    );
    emitAll(
      'group.member_removed',
      former.filter((name) => !now.includes(name)),
    );
  };

  const guardOf: AccountChange['guardOf'] = async (id, preview, { keepsAdministrator = false }) =>
    keepsAdministrator ? administrators.guard(id, preview) : noGuard;

  return {
    refuseConfigured,
    guardOf,
    publishChange,
    emitMemberships,
    async change(id, type, next, { also = [], ...conditions } = {}) {
      refuseConfigured(id);
      let guard = noGuard;
      const change: Next = (held) => {
        assertConditions(held, conditions);
        return next(held);
      };
      const record = await stored.change(
        id,
        change,
        async () => {
          guard = await guardOf(id, change, conditions);
          return also;
        },
        (before, after) => {
          guard(before, after);
          return [];
        },
      );
      await publishChange(type, id);
      return toAccount(record);
    },
    async changeWithGroups(id, next, add, options = {}) {
      const { also = [], alsoFor, mayChangeRoles = false, ...conditions } = options;
      refuseConfigured(id);
      let former: AccountRecord | undefined;
      let guard = noGuard;
      const change: Next = (held) => {
        assertConditions(held, conditions);
        former = held;
        const changed = next(held);
        roleGroups.refuseChange(held, changed, { mayChangeRoles });
        return changed;
      };
      const record = await stored.change(
        id,
        change,
        async () => {
          guard = await guardOf(id, change, conditions);
          return [...also, ...(await groups.require(add))];
        },
        (before, after) => {
          guard(before, after);
          return alsoFor?.(toAccount(before), toAccount(after)) ?? [];
        },
      );
      await invalidate(id);
      emitMemberships(id, former ? allGroupsOf(former) : [], allGroupsOf(record));
      return record;
    },
  };
};
