import type { Command } from '#src/command.ts';
import type { GrantSummary } from '#src/services/sessions/index.ts';
import { requireAccount } from '../account/with-accounts.ts';
import { withSessions } from '../account/with-sessions.ts';
import { type PagingFlags, rejectBadCursor, wholeNumber } from '../paging.ts';
import { isoTime, table } from '../table.ts';
import { grantData } from './present.ts';

interface ListFlags extends PagingFlags {
  readonly client?: string;
}

const scopeTextOf = ({ scopes, resources }: GrantSummary): string =>
  [
    ...scopes,
    ...Object.entries(resources).flatMap(([audience, names]) => names.map((name) => `${audience}:${name}`)),
  ].join(' ');

export const list: Command = (group, context) => {
  const { output } = context;
  group
    .command('list')
    .description('list the grants of an account, newest first: which client holds tokens, and for what')
    .argument('<username>', 'or its sub')
    .option('--client <id>', 'only those of this client')
    .option('--limit <number>', 'how many', wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended')
    .action(async (username: string, flags: ListFlags) => {
      const { items, next } = await withSessions(context, async (sessions, accounts) => {
        const { id } = await requireAccount(accounts, username);
        return rejectBadCursor(sessions.listGrants(id, flags));
      });
      const rows = items.map((grant) => [
        grant.id,
        grant.client,
        isoTime(grant.grantedAt),
        scopeTextOf(grant),
      ]);
      output.answer(
        { items: items.map(grantData), ...(next === undefined ? {} : { next }) },
        rows.length === 0
          ? `No client holds anything for ${username}.`
          : table(['GRANT', 'CLIENT', 'GRANTED', 'SCOPES'], rows),
      );
      if (next !== undefined) output.note(`More with --cursor ${next}`);
    });
};
