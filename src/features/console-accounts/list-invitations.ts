import { type ConsoleHandler, consolePaths, pagingOf } from '../../services/console-pages/index.ts';
import { invitationsPage } from '../../views/console/invitations.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { doneMessage } from './done.ts';

type Dependencies = Pick<ConsoleAccountsDependencies, 'accounts' | 'administration'>;

export const listInvitations =
  ({ accounts, administration }: Dependencies): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { items, next } = await administration.invitations.list(pagingOf(query));
    const nameOf = async (maker: (typeof items)[number]['maker']): Promise<string | undefined> => {
      if (maker === undefined || maker.kind === 'command') return undefined;
      return maker.kind === 'client' ? maker.id : ((await accounts.find(maker.id))?.username ?? maker.id);
    };
    const mayRevoke = (groups: readonly string[]): boolean =>
      by.permissions.has('accounts') && (by.permissions.has('roles') || !groups.some(accounts.isRoleGroup));
    const rows = items.map(async ({ id, maker, ...one }) => ({
      ...one,
      givesRole: one.groups.some(accounts.isRoleGroup),
      by: await nameOf(maker),
      isByCommand: maker?.kind === 'command',
      revoke: mayRevoke(one.groups) ? `${consolePaths.invitations}/${id}` : undefined,
    }));
    return {
      page: invitationsPage(frame, {
        path: consolePaths.invitations,
        rows: await Promise.all(rows),
        next,
        invite: by.permissions.has('accounts') ? `${consolePaths.accounts}/invite` : undefined,
        back: consolePaths.accounts,
        done: doneMessage(frame.text, query),
      }),
    };
  };
