import { Argument } from 'commander';
import type { Command } from '#src/command.ts';
import type { Requirement } from '#src/services/accounts/index.ts';
import { formatMembers } from '../format-members.ts';
import { accountData, requireAccount, withAccounts } from './with-accounts.ts';

const choices = ['password', 'factor', 'profile'] as const satisfies readonly Requirement[];

export const require: Command = (group, context) => {
  group
    .command('require')
    .description(
      'ask the person at the next sign-in for a new password, a second factor, or to complete the profile',
    )
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .addArgument(new Argument('<what>').choices(choices))
    .option('--off', 'do not ask any more')
    .action(async (username: string, what: Requirement, { off }: { readonly off?: true }) => {
      const account = await withAccounts(context, async (accounts) => {
        const { id } = await requireAccount(accounts, username);
        return accounts.update(id, { required: off ? { remove: [what] } : { add: [what] } });
      });
      context.output.answer(accountData(account), formatMembers(accountData(account)));
    });
};
