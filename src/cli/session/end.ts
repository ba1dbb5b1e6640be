import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { withSessions } from '../account/with-sessions.ts';
import { formatMembers } from '../format-members.ts';
import { sessionData } from './present.ts';

export const end: Command = (group, context) => {
  const { output } = context;
  group
    .command('end')
    .description('end one session, with the tokens that end with it; tokens with offline_access stay')
    .argument('<session>', 'as `session list` shows it')
    .action(async (id: string) => {
      const ended = await withSessions(context, (sessions) => sessions.end(id));
      if (!ended)
        throw new Failure({
          code: 'session_not_found',
          message: `There is no session ${id}; \`session list\` shows those of an account.`,
          exit: exitCode.notFound,
        });
      const data = { ...sessionData(ended), ended: true };
      output.answer(data, formatMembers(data));
    });
};
