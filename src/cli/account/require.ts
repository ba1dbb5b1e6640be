import { Argument } from 'commander';
import type { Config } from '#config';
import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Account, Requirement } from '#src/services/accounts/index.ts';
import { formatMembers } from '../format-members.ts';
import { accountData, requireAccount, withAccounts } from './with-accounts.ts';

const choices = ['password', 'factor', 'profile'] as const satisfies readonly Requirement[];

const refuseFactor = ({ offered }: Config['security']['factors'], account: Account): void => {
  const refuse = (message: string): never => {
    throw new Failure({ code: 'factor_not_needed', message, exit: exitCode.conflict });
  };
  if (!offered.includes('authenticator'))
    refuse('No second factor can be set up: put authenticator into security.factors.offered.');
  if (account.factors !== undefined) refuse(`${account.username} has a second factor already.`);
};

export const require: Command = (group, context) => {
  group
    .command('require')
    .description(
      'ask the person at the next sign-in for a new password, a second factor, or to complete the profile',
    )
    .argument('<username>', 'or its sub')
    .addArgument(new Argument('<what>').choices(choices))
    .option('--off', 'do not ask any more')
    .action(async (username: string, what: Requirement, { off }: { readonly off?: true }) => {
      const account = await withAccounts(context, async (accounts, { config }) => {
        const found = await requireAccount(accounts, username);
        if (what === 'factor' && !off) refuseFactor(config.security.factors, found);
        return accounts.update(found.id, { required: off ? { remove: [what] } : { add: [what] } });
      });
      context.output.answer(accountData(account), formatMembers(accountData(account)));
    });
};
