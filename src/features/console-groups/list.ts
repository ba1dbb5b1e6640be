import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { groupsPage } from '../../views/console/groups.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { doneMessage } from './done.ts';

const pageSize = 50;

export const listGroups =
  ({ accounts, groups }: Pick<ConsoleGroupsDependencies, 'accounts' | 'groups'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { after } = query;
    const { items, next } = await groups.list({
      limit: pageSize,
      ...(after !== undefined && { cursor: after }),
    });
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
      done: doneMessage(frame.text, query),
    });
    return { page };
  };
