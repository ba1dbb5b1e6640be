import type { Command } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { readSecret } from '../secret-input.ts';
import { endEverything, endedData, endedNote } from './end-everything.ts';
import { requireAccount, withAccounts } from './with-accounts.ts';

interface ResetFlags {
  readonly choose?: true;
  readonly keepTokens?: boolean;
  readonly permanent?: true;
}

export const resetPassword: Command = (group, context) => {
  const { output } = context;
  group
    .command('reset-password')
    .description('give an account a random password, shown once, and end all that was signed in')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .option('--choose', 'read the new password from standard input, or ask for it')
    .option('--permanent', 'the person keeps the password; otherwise the next sign-in asks for another one')
    .option('--keep-tokens', 'keep refresh tokens with offline_access; sessions end all the same')
    .action(async (username: string, { choose, keepTokens = false, permanent }: ResetFlags) => {
      const chosen = choose ? await readSecret('Password') : undefined;
      const { account, password, ended } = await withAccounts(context, async (accounts, installation) => {
        const found = await requireAccount(accounts, username);
        const made =
          chosen === undefined
            ? await accounts.resetPassword(found.id, { keepTokens, isTemporary: !permanent })
            : undefined;
        if (chosen !== undefined)
          await accounts.setPassword(found.id, chosen, { keepTokens, isTemporary: !permanent });
        return {
          account: found,
          password: made,
          ended: keepTokens ? undefined : await endEverything(installation, accounts, found.id),
        };
      });
      const data = {
        sub: account.id,
        username: account.username,
        ...(password === undefined ? {} : { password }),
      };
      output.answer({ ...data, ...(ended && endedData(ended)) }, formatMembers(data));
      if (ended) output.note(endedNote(ended));
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
      const hash = await passwords.hash(password, '');
      output.answer({ password_hash: hash }, hash);
    });
};
