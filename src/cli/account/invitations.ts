import type { Command, CommandContext } from '#src/command.ts';
import type { ListedInvitation, RevocableInvitations } from '#src/services/invitations/index.ts';
import { formatMembers } from '../format-members.ts';
import { addPagingOptions, answerPage, type PagingFlags, rejectBadCursor } from '../paging.ts';
import { isoTime } from '../table.ts';

const withInvitations = <T>(
  { withInstallation }: CommandContext,
  work: (invitations: RevocableInvitations) => Promise<T>,
): Promise<T> =>
  withInstallation(async ({ store, clock, events }) => {
    const [{ createInvitations }, { createListedLinks }] = await Promise.all([
      import('#src/services/invitations/index.ts'),
      import('#src/services/one-time-links/index.ts'),
    ]);
    return work(createInvitations({ links: createListedLinks({ store, clock }), events }));
  });

const toData = ({
  id,
  email,
  username,
  groups,
  maker,
  isMailed,
  createdAt,
  expiresAt,
}: ListedInvitation) => ({
  invitation: id,
  email,
  ...(username !== undefined && { username }),
  groups,
  mailed: isMailed,
  ...(maker && { by_kind: maker.kind }),
  ...(maker && maker.kind !== 'command' && { by: maker.id }),
  created_at: isoTime(createdAt),
  expires_at: isoTime(expiresAt),
});

const list: Command = (group, context) => {
  const { output } = context;
  const command = group
    .command('list', { isDefault: true })
    .description('list the invitations that were not accepted yet, newest first');
  addPagingOptions(command).action(async (flags: PagingFlags) => {
    const page = await withInvitations(context, (invitations) => rejectBadCursor(invitations.list(flags)));
    answerPage(output, page, {
      toData,
      headings: ['INVITATION', 'EMAIL', 'GROUPS', 'UNTIL'],
      toRow: ({ id, email, groups, expiresAt }) => [id, email, groups.join(' '), isoTime(expiresAt)],
      empty: 'No invitation is open; `account invite` makes one.',
    });
  });
};

const revoke: Command = (group, context) => {
  group
    .command('revoke')
    .description('revoke an invitation: its link works no more')
    .argument('<invitation>', 'as `account invitations` shows it')
    .action(async (id: string) => {
      const revoked = await withInvitations(context, (invitations) => invitations.revoke(id));
      const data = { ...toData(revoked), revoked: true };
      context.output.answer(data, formatMembers(data));
    });
};

export const invitations: Command = (account, context) => {
  const group = account.command('invitations').description('invitations that were not accepted yet');
  for (const command of [list, revoke]) command(group, context);
};
