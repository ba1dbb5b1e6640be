import type { Command } from '#src/command.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import { formatMembers } from '../format-members.ts';
import { parseNamedValues } from '../name-value.ts';
import { collectValues } from '../option-values.ts';
import { readSecret } from '../secret-input.ts';
import { accountData, withAccounts } from './with-accounts.ts';

interface AddFlags {
  readonly generate?: true;
  readonly hash?: true;
  readonly permanent?: true;
  readonly claim?: readonly string[];
}

export const add: Command = (group, context) => {
  const { output } = context;
  group
    .command('add')
    .description('add an account; its password comes from standard input or is asked for')
    .argument('<username>')
    .option('--generate', 'make a random password and show it once')
    .option('--hash', 'what comes is a hash made elsewhere: argon2, bcrypt, scrypt or PBKDF2')
    .option('--permanent', 'the person keeps the password; otherwise it is temporary')
    .option('--claim <name=value>', 'a claim, its value as JSON or text; may be repeated', collectValues)
    .action(async (username: string, flags: AddFlags) => {
      const claims = Object.fromEntries(
        parseNamedValues(flags.claim ?? [], { flag: '--claim', example: 'email=ada@example.com' }),
      );
      const typed = flags.generate ? undefined : await readSecret(flags.hash ? 'Hash' : 'Password');
      const isTemporary = !flags.permanent && !flags.hash;
      const secret = typed === undefined ? {} : flags.hash ? { passwordHash: typed } : { password: typed };
      const add = async (accounts: Accounts) => {
        const added = await accounts.add({ username, claims, isTemporary, ...secret });
        return {
          account: added,
          password: flags.generate && (await accounts.resetPassword(added.id, { isTemporary })),
        };
      };
      const { account, password } = await withAccounts(context, add, { mayCreateStore: true });
      const data = { ...accountData(account), ...(password ? { password } : {}) };
      output.answer(data, formatMembers(data));
      if (password) output.note('The password is shown this once; only its hash is kept.');
    });
};
