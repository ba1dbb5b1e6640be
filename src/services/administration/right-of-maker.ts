import type { Config } from '#config';
import { mayUseScope } from '../../provider/clients/client-limits.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import type { LinkMaker } from '../one-time-links/index.ts';
import { createIsAdminClient } from './admin-client.ts';
import { permissionsOfRole, roleOf, scopeFor } from './permissions.ts';

interface MadeLink {
  /** Undefined for a link of an earlier release. */
  readonly maker: LinkMaker | undefined;
  /** The groups that an operator has put the account into, or that it gets. */
  readonly operatorGroups: readonly string[];
}

/** Whether the maker of a link for another person still has the right over an account with these groups. */
export type HasMakerRight = (link: MadeLink) => Promise<boolean>;

interface Dependencies {
  readonly config: Pick<Config, 'admin' | 'issuer'>;
  readonly accounts: Pick<Accounts, 'find' | 'isRoleGroup'>;
  readonly clients: Pick<Clients, 'find' | 'isStopped'>;
}

/**
 * A link to an account with a role is as good as the right of its maker at the time of use. That is asked anew: the maker
 * may have lost the right, and the account or the group may have got the role, since the link was made.
 */
export const createHasMakerRight = ({ config, accounts, clients }: Dependencies): HasMakerRight => {
  const isAdminClient = createIsAdminClient(config);

  const mayGrantRoles = async (maker: LinkMaker | undefined): Promise<boolean> => {
    // An earlier release didn't store who made it.
    if (maker === undefined) return false;
    // A person who runs commands may write to the store.
    if (maker.kind === 'command') return true;
    if (!maker.hadRoles) return false;
    if (maker.kind === 'person') {
      const account = await accounts.find(maker.id);
      const role = account?.enabled ? roleOf(config.admin, account) : undefined;
      return role !== undefined && permissionsOfRole(role).has('roles');
    }
    const client = await clients.find(maker.id);
    if (client === undefined || !isAdminClient(client) || clients.isStopped(maker.id)) return false;
    return mayUseScope(client, scopeFor('roles'));
  };

  return async ({ operatorGroups, maker }) =>
    !operatorGroups.some(accounts.isRoleGroup) || mayGrantRoles(maker);
};
