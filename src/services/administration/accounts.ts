import { Failure } from '../../errors.ts';
import { Draft } from '../../store/draft.ts';
import type { Clock } from '../../store/port.ts';
import type { AccountRemoval } from '../account-removal/index.ts';
import type { Account, Accounts, AddAccount, ChangeAccount, Claims } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import type { EndEverything, Ended } from '../sessions/index.ts';
import { type Administrator, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import { describeAccount } from './describe.ts';
import type { RightOver } from './right-over-account.ts';

/** A condition on the version, as `If-Match` names it. */
export interface IfVersion {
  readonly ifVersion?: string | undefined;
}

type Added = Pick<AddAccount, 'username' | 'password' | 'isTemporary' | 'claims' | 'groups'>;

export interface AccountAdministration {
  add(by: Administrator, account: Added): Promise<Account>;
  update(by: Administrator, id: string, change: ChangeAccount, condition?: IfVersion): Promise<Account>;
  setEnabled(by: Administrator, id: string, enabled: boolean, condition?: IfVersion): Promise<Account>;
  /** Removes the account, with everything that it is signed in to. */
  remove(by: Administrator, id: string, condition?: IfVersion): Promise<void>;
  /** Ends all sessions, and revokes what clients hold. */
  endEverything(by: Administrator, id: string): Promise<Ended>;
  /** Sends the ordinary mail for a new password. The link is in the mail only. */
  startPasswordReset(by: Administrator, id: string): Promise<void>;
}

interface Dependencies extends RightOver {
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly endEverything: EndEverything;
  readonly accountRemoval: Pick<AccountRemoval, 'remove'>;
  readonly notices: Pick<Notices, 'draftAddressTaken' | 'draftDeleted'>;
  readonly recordChange: RecordChange;
  /** Undefined where no mail server is configured. */
  readonly sendPasswordReset: ((account: Account) => Promise<void>) | undefined;
}

/**
 * A reader of the mail of an account can choose a new password, so another address is as good as a recovery link.
 * Without an address, or with one that isn't verified, the person gets neither notices nor the mail for a new password.
 */
const changesAddress = (changes: Claims = {}, { claims }: Account): boolean => {
  const differs = (name: string, meaningOf: (value: unknown) => unknown): boolean =>
    Object.hasOwn(changes, name) && meaningOf(changes[name]) !== meaningOf(claims[name]);
  return (
    differs('email', (value) => value ?? undefined) || differs('email_verified', (value) => value === true)
  );
};

/** Groups decide about access, here and in applications, which get them in tokens. Leaving one gives nothing. */
const joinsGroup = (change: ChangeAccount['groups'], { groups: held }: Pick<Account, 'groups'>): boolean => {
  const wanted = (change && 'add' in change ? change.add : change) ?? [];
  return Array.isArray(wanted) && wanted.some((group) => !held.includes(group));
};

const noMail = (message: string): Failure => new Failure({ code: 'no_mail', message, status: 409 });

export const createAccountAdministration = ({
  accounts,
  clock,
  requireRightOver,
  findAccount,
  endEverything,
  accountRemoval,
  notices,
  recordChange,
  sendPasswordReset,
}: Dependencies): AccountAdministration => {
  const end = async (id: string): Promise<Ended> => {
    const total = { sessions: 0, grants: 0, requests: 0, consents: 0 };
    for (;;) {
      const ended = await endEverything(id);
      total.sessions += ended.sessions;
      total.grants += ended.grants;
      total.requests += ended.requests;
      total.consents += ended.consents;
      if (ended.complete) return { ...total, complete: true };
    }
  };

  return {
    async add(by, account) {
      requirePermission(by, 'accounts');
      requireRightOver(by, { operatorGroups: account.groups ?? [] });
      if (joinsGroup(account.groups, { groups: [] })) requireRecentSignIn(by, clock);
      const added = await accounts.add(account, { mayChangeRoles: by.permissions.has('roles') });
      recordChange(by, { operation: 'account.add', account: added.id, after: describeAccount(added) });
      return added;
    },

    async update(by, id, change, { ifVersion } = {}) {
      requirePermission(by, 'accounts');
      let before: Account | undefined;
      const check = (held: Account): void => {
        before = held;
        requireRightOver(by, held);
        if (changesAddress(change.claims, held) || joinsGroup(change.groups, held))
          requireRecentSignIn(by, clock);
      };
      const named = Array.isArray(change.groups) ? change.groups : [];
      requireRightOver(by, { operatorGroups: named });
      const updated = await Draft.commitWith((writesOf) =>
        accounts.update(id, change, {
          ifVersion,
          check,
          keepsAdministrator: true,
          mayChangeRoles: by.permissions.has('roles'),
          alsoFor: (held, changed) => writesOf(notices.draftAddressTaken(held, changed)),
        }),
      );
      recordChange(by, {
        operation: 'account.update',
        account: id,
        before: before && describeAccount(before),
        after: describeAccount(updated),
      });
      return updated;
    },

    async setEnabled(by, id, enabled, { ifVersion } = {}) {
      requirePermission(by, 'accounts.support');
      const conditions = {
        ifVersion,
        check: (held: Account) => requireRightOver(by, held),
        keepsAdministrator: true,
      };
      const changed = enabled
        ? await accounts.enable(id, conditions)
        : await accounts.disable(id, conditions);
      if (!enabled) await end(id);
      recordChange(by, { operation: enabled ? 'account.enable' : 'account.disable', account: id });
      return accounts.find(id).then((account) => account ?? changed);
    },

    async remove(by, id, { ifVersion } = {}) {
      requirePermission(by, 'accounts');
      let before: Account | undefined;
      const check = (held: Account): void => {
        before = held;
        requireRightOver(by, held);
      };
      await Draft.commitWith((writesOf) =>
        accountRemoval.remove(id, {
          ifVersion,
          check,
          keepsAdministrator: true,
          also: (held) => writesOf(notices.draftDeleted(held)),
        }),
      );
      recordChange(by, {
        operation: 'account.remove',
        account: id,
        before: before && describeAccount(before),
      });
    },

    async endEverything(by, id) {
      requirePermission(by, 'sessions');
      await findAccount(by, id);
      const ended = await end(id);
      const { sessions, grants, requests, consents } = ended;
      recordChange(by, {
        operation: 'account.sign_out',
        account: id,
        details: { sessions, grants, requests, consents },
      });
      return ended;
    },

    async startPasswordReset(by, id) {
      requirePermission(by, 'accounts.support');
      const account = await findAccount(by, id);
      if (sendPasswordReset === undefined) throw noMail('No mail server is configured: set `mail`.');
      if (account.from === 'configuration' || !account.enabled || account.claims['email_verified'] !== true)
        throw noMail('The account gets no such mail: it needs a verified address, and to be enabled.');
      await sendPasswordReset(account);
      recordChange(by, { operation: 'account.password_reset', account: id });
    },
  };
};
