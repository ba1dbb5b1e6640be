import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { withSessions } from '../account/with-sessions.ts';
import { formatMembers } from '../format-members.ts';
import { grantData } from './present.ts';

export const revoke: Command = (group, context) => {
  const { output } = context;
  group
    .command('revoke')
    .description('end one grant with its tokens; what the person has consented to stays remembered')
    .argument('<grant>', 'as `grant list` shows it')
    .action(async (id: string) => {
      const revoked = await withSessions(context, (sessions) => sessions.revokeGrant(id));
      if (!revoked)
        throw new Failure({
          code: 'grant_not_found',
          message: `There is no grant ${id}; \`grant list\` shows those of an account.`,
          exit: exitCode.notFound,
        });
      const data = { ...grantData(revoked), revoked: true };
      output.answer(data, formatMembers(data));
    });
};
