import type { Command } from '#src/command.ts';
import { requireAccount } from '../account/with-accounts.ts';
import { withSessions } from '../account/with-sessions.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { isoTime, table } from '../table.ts';
import { sessionData } from './present.ts';

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list the sessions of an account, newest first')
    .argument('<username>', 'or its sub')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (username: string, flags: PagingFlags) => {
      const { items, next } = await withSessions(context, async (sessions, accounts) => {
        const { id } = await requireAccount(accounts, username);
        return rejectBadCursor(sessions.list(id, flags));
      });
      const rows = items.map(({ id, signedInAt, lastUse, origin, clients }) => [
        id,
        isoTime(signedInAt),
        lastUse === undefined ? '' : isoTime(lastUse.at),
        origin.address ?? '',
        clients.join(' '),
        origin.userAgent ?? '',
      ]);
      output.answer(
        { items: items.map(sessionData), ...(next === undefined ? {} : { next }) },
        rows.length === 0
          ? `${username} is not signed in.`
          : table(['SESSION', 'SIGNED IN', 'LAST USED', 'ADDRESS', 'CLIENTS', 'BROWSER'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
