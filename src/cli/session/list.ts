import type { Command } from '#src/command.ts';
import { requireAccount } from '../account/with-accounts.ts';
import { withSessions } from '../account/with-sessions.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { isoTime } from '../table.ts';
import { sessionData } from './present.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  const command = group
    .command('list')
    .description('list the sessions of an account, newest first')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>');
  addPagingOptions(command).action(async (username: string, flags: PagingFlags) => {
    const page = await withSessions(context, async (sessions, accounts) => {
      const { id } = await requireAccount(accounts, username);
      return rejectBadCursor(sessions.list(id, flags));
    });
    answerPage(output, page, {
      toData: sessionData,
      headings: ['SESSION', 'SIGNED IN', 'LAST USED', 'ADDRESS', 'CLIENTS', 'BROWSER'],
      toRow: ({ id, signedInAt, lastUse, origin, clients }) => [
        id,
        isoTime(signedInAt),
        lastUse === undefined ? '' : isoTime(lastUse.at),
        origin.address ?? '',
        clients.join(' '),
        origin.userAgent ?? '',
      ],
      empty: `${username} is not signed in.`,
    });
  });
};
