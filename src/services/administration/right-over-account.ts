import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import { type Administrator, requireRecentSignIn } from './administrator.ts';

export interface RightOver {
  /** An administrator who changes an account with a role could sign in as it, and so get that role. */
  requireRightOver(by: Administrator, account: Pick<Account, 'operatorGroups'>): void;
}

const protectedMember = (): Failure =>
  new Failure({
    code: 'insufficient_scope',
    status: 403,
    message: 'This account has a role in the administration, so changing it needs admin:roles.',
  });

export const createRightOver = (accounts: Pick<Accounts, 'isRoleGroup'>, clock: Clock): RightOver => ({
  requireRightOver(by, { operatorGroups }) {
    if (!operatorGroups.some(accounts.isRoleGroup)) return;
    if (!by.permissions.has('roles')) throw protectedMember();
    requireRecentSignIn(by, clock);
  },
});
