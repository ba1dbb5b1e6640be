import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import { type Administrator, requireRecentSignIn } from './administrator.ts';

/**
 * Every operation on an account asks here first. An administrator who changes an account with a role could sign in as it,
 * and so get that role. One who ends its sessions keeps out the person who could stop them.
 */
export interface RightOver {
  requireRightOver(by: Administrator, account: Pick<Account, 'operatorGroups'>): void;
  /** The account, for an operation that takes no condition to be checked in its commit. */
  findAccount(by: Administrator, id: string): Promise<Account>;
  /** Checks an operation on something that an account has, such as a session. The account itself may be gone. */
  requireRightOverOwner(by: Administrator, account: string): Promise<void>;
}

export const accountNotFound = (): Failure =>
  new Failure({ code: 'account_not_found', message: 'There is no such account.', status: 404 });

const protectedMember = (): Failure =>
  new Failure({
    code: 'insufficient_scope',
    status: 403,
    message: 'This account has a role in the administration, so changing it needs admin:roles.',
  });

export const createRightOver = (
  accounts: Pick<Accounts, 'find' | 'isRoleGroup'>,
  clock: Clock,
): RightOver => {
  const requireRightOver: RightOver['requireRightOver'] = (by, { operatorGroups }) => {
    if (!operatorGroups.some(accounts.isRoleGroup)) return;
    if (!by.permissions.has('roles')) throw protectedMember();
    requireRecentSignIn(by, clock);
  };

  return {
    requireRightOver,
    async findAccount(by, id) {
      const account = await accounts.find(id);
      if (account === undefined) throw accountNotFound();
      requireRightOver(by, account);
      return account;
    },
    async requireRightOverOwner(by, id) {
      const account = await accounts.find(id);
      if (account) requireRightOver(by, account);
    },
  };
};
