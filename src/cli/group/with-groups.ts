import type { CommandContext, InstallationOptions } from '#src/command.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import type { Group, Groups } from '#src/services/groups/index.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { isoTime } from '../table.ts';

export const withGroups = <T>(
  context: CommandContext,
  work: (groups: Groups, accounts: Accounts) => Promise<T>,
  options?: InstallationOptions,
): Promise<T> =>
  withAccounts(
    context,
    async (accounts, installation) => {
      const { createGroups } = await import('#src/services/groups/index.ts');
      return work(createGroups(installation), accounts);
    },
    options,
  );

/** For `--json` and the text alike. */
export const groupData = ({ name, title, description, from, createdAt }: Group) => ({
  name,
  ...(title !== undefined && { title }),
  ...(description !== undefined && { description }),
  from,
  ...(createdAt !== undefined && { created_at: isoTime(createdAt) }),
});
