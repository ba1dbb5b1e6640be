import {
  type ConsoleHandler,
  consolePaths,
  doneMessageOf,
  pagingOf,
} from '../../services/console-pages/index.ts';
import { groupsPage } from '../../views/console/groups.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';

export const listGroups =
  ({ accounts, groups }: Pick<ConsoleGroupsDependencies, 'accounts' | 'groups'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { items, next } = await groups.list(pagingOf(query));
    const page = groupsPage(frame, {
      path: consolePaths.groups,
      groups: items.map((group) => ({
        href: consolePaths.group(group.name),
        name: group.name,
        title: group.title,
        isConfigured: group.from === 'configuration',
        givesRole: accounts.isRoleGroup(group.name),
      })),
      next,
      add: by.permissions.has('accounts') ? `${consolePaths.groups}/new` : undefined,
      done: doneMessageOf(frame.text.groups.done, query),
    });
    return { page };
  };
