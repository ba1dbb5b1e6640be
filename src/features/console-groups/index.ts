/**
 * Owns the pages of the console about groups. Rules about groups belong to services/groups, and who may change which to
 * services/administration.
 *
 * GET       /admin/groups                          all, those of the configuration first
 * GET, POST /admin/groups/new                      adds one: 303 to it
 * GET       /admin/groups/:name                    what it is for, and its members with the source of each membership
 * GET, POST /admin/groups/:name/edit               changed by others meanwhile: 412 with both values
 * GET, POST /admin/groups/:name/add                adds a member by user name or verified address
 * GET, POST /admin/groups/:name/members/:account   removes a member
 * GET, POST /admin/groups/:name/remove             removes the group and all memberships
 */
import type { Feature } from '../../feature.ts';
import { type ConsoleRoute, consolePaths, formRoutes } from '../../services/console-pages/index.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';

export const consoleGroups = (dependencies: ConsoleGroupsDependencies): Feature => {
  const { groups: list } = consolePaths;
  const one = `${list}/:name`;
  const routes: readonly ConsoleRoute[] = [
    {
      method: 'GET',
      path: list,
      permission: 'read',
      load: async () => (await import('./list.ts')).listGroups(dependencies),
    },
    ...formRoutes({
      path: `${list}/new`,
      permission: 'accounts',
      load: async () => (await import('./edit.ts')).addGroup(dependencies),
    }),
    {
      method: 'GET',
      path: one,
      permission: 'read',
      load: async () => (await import('./show.ts')).showGroup(dependencies),
    },
    ...formRoutes({
      path: `${one}/edit`,
      permission: 'accounts',
      load: async () => (await import('./edit.ts')).editGroup(dependencies),
    }),
    ...formRoutes({
      path: `${one}/add`,
      permission: 'accounts',
      load: async () => (await import('./add-member.ts')).addMember(dependencies),
    }),
    ...formRoutes({
      path: `${one}/members/:account`,
      permission: 'accounts',
      load: async () => (await import('./remove-member.ts')).removeMember(dependencies),
    }),
    ...formRoutes({
      path: `${one}/remove`,
      permission: 'accounts',
      load: async () => (await import('./remove.ts')).removeGroup(dependencies),
    }),
  ];
  return {
    name: 'console-groups',
    console: { menu: { path: list, permission: 'read', label: ({ groups }) => groups.menu }, routes },
  };
};
