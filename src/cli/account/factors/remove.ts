import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Account } from '#src/services/accounts/index.ts';
import { type FactorServices, withFactors } from '../with-factors.ts';

/** An operator may remove the last passkey: `account recovery-link` lets the person set up another way in. */
const otherWay = [] as const;

const removeFactor = async (services: FactorServices, account: Account, what: string): Promise<boolean> => {
  const { factors, passkeys } = services;
  if (what === 'authenticator') return (await factors.removeAll(account)) > 0;
  if (what === 'passkey') return (await passkeys.removeAll(account)) > 0;
  if (what === 'recovery') return factors.removeRecoveryCodes(account);
  if (await factors.removeAuthenticator(account, what)) return true;
  return (await passkeys.remove(account, what, { otherWay })) === 'removed';
};

export const remove: Command = (group, context) => {
  group
    .command('remove')
    .description('remove second factors and passkeys, as of a lost device; sessions stay')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .argument(
      '<what>',
      'authenticator (all apps), passkey (all passkeys), recovery (all codes), or the id of one',
    )
    .action(async (username: string, what: string) => {
      const { account, left, passkeysLeft } = await withFactors(context, username, async (services) => {
        const { factors, passkeys, account: found, accounts } = services;
        if (!(await removeFactor(services, found, what)))
          throw new Failure({
            code: 'factor_not_found',
            message: `${found.username} has no second factor ${what}; \`account factors list\` shows all of them.`,
            exit: exitCode.notFound,
          });
        const now = (await accounts.find(found.id)) ?? found;
        return {
          account: now,
          left: (await factors.of(now)).authenticators.length,
          passkeysLeft: (await passkeys.list(now.id)).length,
        };
      });
      const { id: sub, username: name } = account;
      const note =
        left + passkeysLeft === 0
          ? `${name} signs in by password alone now.`
          : `Left to ${name}: authenticator apps ${left}, passkeys ${passkeysLeft}.`;
      context.output.answer(
        { sub, username: name, removed: what, authenticators_left: left, passkeys_left: passkeysLeft },
        note,
      );
    });
};
