import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import type { RoleRight } from './contract.ts';
import { allGroupsOf, type GroupSources } from './group-sources.ts';

export interface RoleGroups {
  isRoleGroup(name: string): boolean;
  /**
   * Throws when a membership that gives a role would begin or end, unless the caller has the right. A membership of an
   * upstream gives none: it may end at any time, and in a group that gives a role none begins.
   */
  refuseChange(former: GroupSources, now: GroupSources, right: RoleRight): void;
}

const protectedGroup = (name: string): Failure =>
  new Failure({
    code: 'role_group',
    message: `The group ${name} gives a role in the administration of this server: only an administrator who may decide about roles, or \`group add-member\` and \`group remove-member\`, changes who is in it.`,
    status: 403,
    exit: exitCode.conflict,
  });

/** The groups of `admin.groups`. Every way to a membership passes here, so that none leads around the rule. */
export const createRoleGroups = ({ groups }: Pick<Config['admin'], 'groups'>): RoleGroups => {
  const names = new Set([...groups.viewer, ...groups.support, ...groups.admin]);
  return {
    isRoleGroup: (name) => names.has(name),
    refuseChange(former, now, { mayChangeRoles = false }) {
      if (mayChangeRoles) return;
      const [hadAny, hasAny] = [allGroupsOf(former), allGroupsOf(now)];
      const { groups: had = [] } = former;
      const { groups: has = [] } = now;
      const changed = [
        ...hasAny.filter((name) => !hadAny.includes(name)),
        ...has.filter((name) => !had.includes(name)),
        ...had.filter((name) => !has.includes(name)),
      ].find((name) => names.has(name));
      if (changed !== undefined) throw protectedGroup(changed);
    },
  };
};
