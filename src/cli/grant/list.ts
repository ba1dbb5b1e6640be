import type { Command } from '#src/command.ts';
import type { GrantSummary } from '#src/services/sessions/index.ts';
import { requireAccount } from '../account/with-accounts.ts';
import { withSessions } from '../account/with-sessions.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { isoTime } from '../table.ts';
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
  const command = group
    .command('list')
    .description('list the grants of an account, newest first: which client holds tokens, and for what')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .option('--client <id>', 'only those of this client');
  addPagingOptions(command).action(async (username: string, flags: ListFlags) => {
    const page = await withSessions(context, async (sessions, accounts) => {
      const { id } = await requireAccount(accounts, username);
      return rejectBadCursor(sessions.listGrants(id, flags));
    });
    answerPage(output, page, {
      toData: grantData,
      headings: ['GRANT', 'CLIENT', 'GRANTED', 'SCOPES'],
      toRow: (grant) => [grant.id, grant.client, isoTime(grant.grantedAt), scopeTextOf(grant)],
      empty: `No client holds anything for ${username}.`,
    });
  });
};
