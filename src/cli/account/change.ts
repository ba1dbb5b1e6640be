import type { Command } from '#src/command.ts';
import type { Account, Accounts } from '#src/features/accounts/index.ts';
import { lines } from '../lines.ts';
import { accountData, accountNamed, onAccounts } from './on-accounts.ts';

interface OnOne {
  readonly name: string;
  readonly description: string;
  readonly work: (accounts: Accounts, account: Account) => Promise<Account>;
}

const onOne =
  ({ name, description, work }: OnOne): Command =>
  (group, context) => {
    group
      .command(name)
      .description(description)
      .argument('<username>', 'or its sub')
      .action(async (username: string) => {
        const account = await onAccounts(context, async (accounts) =>
          work(accounts, await accountNamed(accounts, username)),
        );
        context.output.answer(accountData(account), lines(accountData(account)));
      });
  };

export const show = onOne({
  name: 'show',
  description: 'show one account',
  work: async (_, account) => account,
});

export const disable = onOne({
  name: 'disable',
  description: 'refuse an account from now on; nothing of it is lost',
  work: (accounts, { id }) => accounts.disable(id),
});

export const enable = onOne({
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
      const { id, username: name } = await onAccounts(context, async (accounts) => {
        const account = await accountNamed(accounts, username);
        await accounts.remove(account.id);
        return account;
      });
      context.output.answer({ sub: id, username: name, deleted: true }, `The account ${name} is deleted.`);
    });
};
