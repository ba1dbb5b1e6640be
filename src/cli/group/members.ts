import type { Command } from '#src/command.ts';
import type { GroupChange } from '#src/services/accounts/index.ts';
import { requireAccount } from '../account/with-accounts.ts';
import { withGroups } from './with-groups.ts';

interface MemberCommand {
  readonly name: string;
  readonly description: string;
  readonly changeFor: (group: string) => GroupChange;
  readonly done: (usernames: string, group: string) => string;
}

const memberCommand =
  ({ name, description, changeFor, done }: MemberCommand): Command =>
  (parent, context) => {
    parent
      .command(name)
      .description(description)
      .argument('<group>')
      .argument('<username...>', 'or their verified addresses, their subs, or id:<sub>')
      .action(async (group: string, usernames: readonly string[]) => {
        const changed = await withGroups(context, async (groups, accounts) => {
          // All names are checked before the first change.
          if (changeFor(group).add) await groups.require([group]);
          const found = await Promise.all(usernames.map((username) => requireAccount(accounts, username)));
          const results = [];
          for (const { id } of found)
            results.push(await accounts.changeGroups(id, changeFor(group), { mayChangeRoles: true }));
          return results;
        });
        context.output.answer(
          { group, accounts: changed.map(({ id, username, groups }) => ({ sub: id, username, groups })) },
          done(changed.map(({ username }) => username).join(', '), group),
        );
      });
  };

export const addMember = memberCommand({
  name: 'add-member',
  description: 'put accounts into a group; the next tokens have it',
  changeFor: (group) => ({ add: [group] }),
  done: (usernames, group) => `In the group ${group}: ${usernames}.`,
});

export const removeMember = memberCommand({
  name: 'remove-member',
  description: 'take accounts out of a group; tokens issued from 5 seconds later on do not have it',
  changeFor: (group) => ({ remove: [group] }),
  done: (usernames, group) => `Not in the group ${group} any more: ${usernames}.`,
});
