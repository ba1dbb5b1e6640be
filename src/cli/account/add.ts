import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Accounts, Claims } from '#src/services/accounts/index.ts';
import { formatMembers } from '../format-members.ts';
import { collectValues } from '../paging.ts';
import { readSecret } from '../secret-input.ts';
import { accountData, withAccounts } from './with-accounts.ts';

interface AddFlags {
  readonly generate?: true;
  readonly hash?: true;
  readonly claim?: readonly string[];
}

const parseClaims = (texts: readonly string[]): Claims =>
  Object.fromEntries(
    texts.map((text) => {
      const equals = text.indexOf('=');
      if (equals < 1) {
        throw new Failure({
          code: 'usage',
          message: '--claim wants name=value, as email=ada@example.com.',
          exit: exitCode.usage,
        });
      }
      const value = text.slice(equals + 1);
      try {
        return [text.slice(0, equals), JSON.parse(value)];
      } catch {
        return [text.slice(0, equals), value];
      }
    }),
  );

export const add: Command = (group, context) => {
  const { output } = context;
  group
    .command('add')
    .description('add an account; its password comes from standard input or is asked for')
    .argument('<username>')
    .option('--generate', 'make a random password and show it once')
    .option('--hash', 'what comes is a hash made elsewhere: argon2, bcrypt or scrypt')
    .option('--claim <name=value>', 'a claim, its value as JSON or text; may be repeated', collectValues)
    .action(async (username: string, flags: AddFlags) => {
      const claims = parseClaims(flags.claim ?? []);
      const typed = flags.generate ? undefined : await readSecret(flags.hash ? 'Hash' : 'Password');
      const secret = typed === undefined ? {} : flags.hash ? { passwordHash: typed } : { password: typed };
      const add = async (accounts: Accounts) => {
        const added = await accounts.add({ username, claims, ...secret });
        return { account: added, password: flags.generate && (await accounts.resetPassword(added.id)) };
      };
      const { account, password } = await withAccounts(context, add, { mayCreateStore: true });
      const data = { ...accountData(account), ...(password ? { password } : {}) };
      output.answer(data, formatMembers(data));
      if (password) output.note('The password is shown this once; only its hash is kept.');
    });
};
