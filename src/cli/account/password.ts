import type { Command } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { readSecret } from '../secret-input.ts';
import { requireAccount, withAccounts } from './with-accounts.ts';

export const resetPassword: Command = (group, context) => {
  const { output } = context;
  group
    .command('reset-password')
    .description('give an account a random password, shown once')
    .argument('<username>', 'or its sub')
    .option('--choose', 'read the new password from standard input, or ask for it')
    .action(async (username: string, { choose }: { readonly choose?: true }) => {
      const chosen = choose ? await readSecret('Password') : undefined;
      const { account, password } = await withAccounts(context, async (accounts) => {
        const found = await requireAccount(accounts, username);
        if (chosen === undefined) return { account: found, password: await accounts.resetPassword(found.id) };
        await accounts.setPassword(found.id, chosen);
        return { account: found, password: undefined };
      });
      const data = {
        sub: account.id,
        username: account.username,
        ...(password === undefined ? {} : { password }),
      };
      output.answer(data, formatMembers(data));
      if (password !== undefined) output.note('The password is shown this once; only its hash is kept.');
    });
};

export const hashPassword: Command = (group, { load, output }) => {
  group
    .command('hash-password')
    .description('print the hash of a password, for an account in the configuration; stores nothing')
    .action(async () => {
      const { createPasswords, namesOfService } = await import('#src/services/accounts/index.ts');
      const { config } = load();
      const passwords = createPasswords(config.security.password, namesOfService(config));
      const password = await readSecret('Password');
      passwords.checkNew(password);
      const hash = await passwords.hash(password);
      output.answer({ password_hash: hash }, hash);
    });
};
