import type { Command } from '#src/command.ts';
import type { Account, Accounts } from '#src/services/accounts/index.ts';
import { formatMembers } from '../format-members.ts';
import { accountData, requireAccount, withAccounts } from './with-accounts.ts';

interface AccountCommand {
  readonly name: string;
  readonly description: string;
  readonly work: (accounts: Accounts, account: Account) => Promise<Account>;
}

const accountCommand =
  ({ name, description, work }: AccountCommand): Command =>
  (group, context) => {
    group
      .command(name)
      .description(description)
      .argument('<username>', 'or its sub')
      .action(async (username: string) => {
        const account = await withAccounts(context, async (accounts) =>
          work(accounts, await requireAccount(accounts, username)),
        );
        context.output.answer(accountData(account), formatMembers(accountData(account)));
      });
  };

export const show = accountCommand({
  name: 'show',
  description: 'show one account',
  work: async (_, account) => account,
});

export const disable = accountCommand({
  name: 'disable',
  description: 'refuse an account from now on; nothing of it is lost',
  work: (accounts, { id }) => accounts.disable(id),
});

export const enable = accountCommand({
  name: 'enable',
  description: 'let a disabled account sign in again',
  work: (accounts, { id }) => accounts.enable(id),
});

export const remove: Command = (group, context) => {
  group
    .command('delete')
    .description('delete an account for ever; its sub is never used again')
    .argument('<username>', 'or its sub')
    .action(async (username: string) => {
      const { id, username: name } = await withAccounts(context, async (accounts) => {
        const account = await requireAccount(accounts, username);
        await accounts.remove(account.id);
        return account;
      });
      context.output.answer({ sub: id, username: name, deleted: true }, `The account ${name} is deleted.`);
    });
};
