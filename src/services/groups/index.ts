/**
 * Owns the groups: those of the configuration and those of the store. Membership is a part of the account
 * (services/accounts), so that it is read with the account.
 *
 * An account can join a group only while the group exists: the commit of a membership also expects the record of the
 * group (`require`). Deleting closes the group first, then removes its members, then the record. So no membership
 * outlives the group, and a new group of the same name starts without members.
 */
export { addGroup } from './add-group.ts';
export { checkGroupNames } from './check-names.ts';
export { deleteGroup } from './delete-group.ts';
export { groupInUse, groupNotFound } from './errors.ts';
export { findGroupUse } from './find-use.ts';
export type { AddGroup, ChangeGroup, Group, Groups } from './group.ts';
export { createGroups } from './groups.ts';
export { isGroupName, normalizeGroups } from './rules.ts';
