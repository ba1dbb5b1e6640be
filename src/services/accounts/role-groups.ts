import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';

/** The right to change who administers this server. Without it, memberships that give a role stay as they are. */
export interface RoleRight {
  readonly mayChangeRoles?: boolean;
}

export interface RoleGroups {
  isRoleGroup(name: string): boolean;
  /** Throws when a membership that gives a role would begin or end, unless the caller has the right. */
  refuseChange(former: readonly string[], now: readonly string[], right: RoleRight): void;
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
      const changed = [
        ...now.filter((name) => !former.includes(name)),
        ...former.filter((name) => !now.includes(name)),
      ].find((name) => names.has(name));
      if (changed !== undefined) throw protectedGroup(changed);
    },
  };
};
