import type { AddGroup, Group, Groups } from './group.ts';

interface Accounts {
  checkGroupClaims(options: { readonly aboutToBe: boolean }): Promise<void>;
}

/**
 * Adds a group. It is refused while an account has its groups in a claim: a server doesn't start with both. Every way to
 * a new group passes here, except the one that moves those claims.
 */
export const addGroup = async (groups: Groups, accounts: Accounts, group: AddGroup): Promise<Group> => {
  await accounts.checkGroupClaims({ aboutToBe: true });
  return groups.add(group);
};
