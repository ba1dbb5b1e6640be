import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Account } from '#src/services/accounts/index.ts';
import type { Factors } from '#src/services/factors/index.ts';
import { withFactors } from '../with-factors.ts';

const removeFactor = async (factors: Factors, account: Account, what: string): Promise<boolean> => {
  if (what === 'authenticator') return (await factors.removeAll(account)) > 0;
  if (what === 'recovery') return factors.removeRecoveryCodes(account);
  return factors.removeAuthenticator(account, what);
};

export const remove: Command = (group, context) => {
  group
    .command('remove')
    .description('remove second factors, as of a lost device; sessions stay')
    .argument('<username>', 'or its sub')
    .argument('<what>', 'authenticator (all apps), recovery (all codes), or the id of one app')
    .action(async (username: string, what: string) => {
      const { account, left } = await withFactors(context, username, async (services) => {
        const { factors, account: found, accounts } = services;
        if (!(await removeFactor(factors, found, what)))
          throw new Failure({
            code: 'factor_not_found',
            message: `${found.username} has no second factor ${what}; \`account factors list\` shows those there are.`,
            exit: exitCode.notFound,
          });
        const now = (await accounts.find(found.id)) ?? found;
        return { account: now, left: (await factors.of(now)).authenticators.length };
      });
      const { id: sub, username: name } = account;
      const note =
        left === 0
          ? `${name} signs in by password alone now.`
          : `${name} has ${left} authenticator apps left.`;
      context.output.answer({ sub, username: name, removed: what, authenticators_left: left }, note);
    });
};
