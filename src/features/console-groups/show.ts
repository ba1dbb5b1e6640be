import {
  type ConsoleHandler,
  consolePaths,
  doneMessageOf,
  pagingOf,
} from '../../services/console-pages/index.ts';
import { groupPage } from '../../views/console/groups.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { findGroup } from './find.ts';

export const showGroup =
  (dependencies: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, query } = visit;
    const { accounts } = dependencies;
    const group = await findGroup(dependencies, visit);
    const { name } = group;
    const givesRole = accounts.isRoleGroup(name);
    const mayChange = by.permissions.has('accounts') && (!givesRole || by.permissions.has('roles'));
    const members = await accounts.members(name, pagingOf(query));
    const path = consolePaths.group(name);
    const page = groupPage(frame, {
      path,
      group,
      givesRole,
      members: members.items.map((account) => ({
        username: account.username,
        href: consolePaths.account(account.id),
        upstream: Object.entries(account.upstreamGroups ?? {}).find(([, names]) => names.includes(name))?.[0],
        isConfigured: account.from === 'configuration',
        remove:
          mayChange && account.from === 'store'
            ? `${path}/members/${encodeURIComponent(account.id)}`
            : undefined,
      })),
      next: members.next,
      actions: mayChange
        ? {
            add: `${path}/add`,
            ...(group.from === 'store' && { edit: `${path}/edit`, remove: `${path}/remove` }),
          }
        : undefined,
      done: doneMessageOf(frame.text.groups.done, query),
    });
    return { page };
  };
