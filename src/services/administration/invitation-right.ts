import type { Config } from '#config';
import { mayUseScope } from '../../provider/client-scope.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import type { InvitationMaker, InvitationRecord } from '../invitations/index.ts';
import { createIsAdminClient } from './admin-client.ts';
import { permissionsOfRole, roleOf, scopeFor } from './permissions.ts';

/** Whether the account that the invitation makes may get its groups. */
export type IsInvitationValid = (invitation: Pick<InvitationRecord, 'groups' | 'maker'>) => Promise<boolean>;

interface Dependencies {
  readonly config: Pick<Config, 'admin' | 'issuer'>;
  readonly accounts: Pick<Accounts, 'find' | 'isRoleGroup'>;
  readonly clients: Pick<Clients, 'find' | 'isStopped'>;
}

/**
 * An invitation that gives a role is as good as the right of its maker at the time of use. That is asked anew: the maker
 * may have lost the right, and the group may have got its role, since the invitation was made.
 */
export const createIsInvitationValid = ({ config, accounts, clients }: Dependencies): IsInvitationValid => {
  const isAdminClient = createIsAdminClient(config);

  const mayGrantRoles = async (maker: InvitationMaker | undefined): Promise<boolean> => {
    // An earlier release didn't store who made it.
    if (maker === undefined) return false;
    // Who runs commands may write to the store.
    if (maker.kind === 'command') return true;
    if (maker.kind === 'person') {
      const account = await accounts.find(maker.id);
      const role = account?.enabled ? roleOf(config.admin, account.groups) : undefined;
      return role !== undefined && permissionsOfRole(role).has('roles');
    }
    const client = await clients.find(maker.id);
    if (client === undefined || !isAdminClient(client) || clients.isStopped(maker.id)) return false;
    return mayUseScope(client, scopeFor('roles'));
  };

  return async ({ groups, maker }) => !groups.some(accounts.isRoleGroup) || mayGrantRoles(maker);
};
