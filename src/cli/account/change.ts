import type { Command } from '#src/command.ts';
import type { Account, Accounts } from '#src/services/accounts/index.ts';
import { Draft } from '#src/store/draft.ts';
import { formatMembers } from '../format-members.ts';
import { endEverything, endedData, endedNote } from './end-everything.ts';
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
      .argument('<username>', 'or its verified address, its sub, or id:<sub>')
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

export const disable: Command = (group, context) => {
  const { output } = context;
  group
    .command('disable')
    .description('refuse an account from now on, and end all that it was signed in to')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .action(async (username: string) => {
      const { account, ended } = await withAccounts(context, async (accounts, installation) => {
        const { id } = await requireAccount(accounts, username);
        const disabled = await accounts.disable(id);
        return { account: disabled, ended: await endEverything(installation, accounts, id) };
      });
      output.answer({ ...accountData(account), ...endedData(ended) }, formatMembers(accountData(account)));
      output.note(endedNote(ended));
    });
};

export const signOut: Command = (group, context) => {
  const { output } = context;
  group
    .command('sign-out')
    .description('end all sessions of an account, and all tokens and consents that applications hold for it')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .action(async (username: string) => {
      const { account, ended } = await withAccounts(context, async (accounts, installation) => {
        const found = await requireAccount(accounts, username);
        return { account: found, ended: await endEverything(installation, accounts, found.id) };
      });
      const { id: sub, username: name } = account;
      output.answer({ sub, username: name, ...endedData(ended) }, endedNote(ended));
    });
};

export const enable = accountCommand({
  name: 'enable',
  description: 'let a disabled account sign in again',
  work: (accounts, { id }) => accounts.enable(id),
});

export const remove: Command = (group, context) => {
  group
    .command('delete')
    .description('delete an account for ever; its sub is never used again')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .action(async (username: string) => {
      const { id, username: name } = await withAccounts(context, async (accounts, installation) => {
        const account = await requireAccount(accounts, username);
        const { createAccountRemoval, createForgetAccount } = await import(
          '#src/services/account-removal/index.ts'
        );
        const removal = createAccountRemoval({
          ...installation,
          accounts,
          endEverything: (id) => endEverything(installation, accounts, id),
          forgetAccount: createForgetAccount(installation),
          onError: () =>
            context.output.note('A server removes what the account had: the store failed meanwhile.'),
        });
        const { createCommandNotices } = await import('./with-factors.ts');
        const notice = (await createCommandNotices(installation)).draftDeleted(account);
        await Draft.commitWith((writesOf) => removal.remove(account.id, { also: () => writesOf(notice) }));
        return account;
      });
      context.output.answer({ sub: id, username: name, deleted: true }, `The account ${name} is deleted.`);
    });
};
