import type { ConsoleVisit } from '../../services/console-pages/index.ts';
import { type Group, groupNotFound } from '../../services/groups/index.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';

/** The group in the path of the request. */
export const findGroup = async (
  { groups }: Pick<ConsoleGroupsDependencies, 'groups'>,
  { params }: ConsoleVisit,
): Promise<Group> => {
  const { name = '' } = params;
  const group = await groups.find(name);
  if (group === undefined) throw groupNotFound(name);
  return group;
};

/** The same for a page that changes the group or its members. Roles need a recent sign-in. */
export const findChangeableGroup = async (
  { accounts, administration, groups }: ConsoleGroupsDependencies,
  visit: ConsoleVisit,
): Promise<Group> => {
  const group = await findGroup({ groups }, visit);
  administration.requireRightOver(visit.by, { operatorGroups: [group.name] });
  if (accounts.isRoleGroup(group.name)) visit.requireRecentSignIn();
  return group;
};
