import { type Command, type Installation, usageError } from '#src/command.ts';
import type { Claims } from '#src/services/accounts/index.ts';
import { Draft } from '#src/store/draft.ts';
import { formatMembers } from '../format-members.ts';
import { parseNamedValues } from '../name-value.ts';
import { collectValues } from '../option-values.ts';
import { accountData, requireAccount, withAccounts } from './with-accounts.ts';

interface UpdateFlags {
  readonly username?: string;
  readonly claim?: readonly string[];
  readonly unsetClaim?: readonly string[];
  readonly addGroup?: readonly string[];
  readonly removeGroup?: readonly string[];
  readonly ifVersion?: string;
}

const changesOf = ({ username, claim = [], unsetClaim = [], addGroup, removeGroup }: UpdateFlags) => {
  const set: Claims = Object.fromEntries(
    parseNamedValues(claim, { flag: '--claim', example: 'email=ada@example.com' }),
  );
  const both = unsetClaim.find((name) => Object.hasOwn(set, name));
  if (both !== undefined)
    throw usageError(`--claim sets ${both} and --unset-claim removes it: leave one out.`);
  const claims: Claims = { ...set, ...Object.fromEntries(unsetClaim.map((name) => [name, null])) };
  const twice = addGroup?.find((name) => removeGroup?.includes(name));
  if (twice !== undefined)
    throw usageError(`--add-group and --remove-group both name ${twice}: leave one out.`);
  const groups = (addGroup || removeGroup) && { add: addGroup ?? [], remove: removeGroup ?? [] };
  if (username === undefined && Object.keys(claims).length === 0 && !groups)
    throw usageError(
      'Nothing to change: give --username, --claim, --unset-claim, --add-group or --remove-group.',
    );
  return { ...(username !== undefined && { username }), claims, ...(groups && { groups }) };
};

const changesAddress = (claims: Claims): boolean =>
  Object.hasOwn(claims, 'email') || Object.hasOwn(claims, 'email_verified');

const loadNotices = async (installation: Installation) => {
  const { createCommandNotices } = await import('./with-factors.ts');
  return createCommandNotices(installation);
};

export const update: Command = (group, context) => {
  const { output } = context;
  group
    .command('update')
    .description('change the user name, claims or groups of an account; what is not named stays as it is')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .option('--username <name>', 'the new user name')
    .option('--claim <name=value>', 'set a claim, its value as JSON or text; may be repeated', collectValues)
    .option('--unset-claim <name>', 'remove a claim; may be repeated', collectValues)
    .option('--add-group <name>', 'put it into a group; may be repeated', collectValues)
    .option('--remove-group <name>', 'take it out of a group; may be repeated', collectValues)
    .option(
      '--if-version <version>',
      'change nothing unless the account still has this version, as `show` prints it',
    )
    .action(async (username: string, { ifVersion, ...flags }: UpdateFlags) => {
      const changes = changesOf(flags);
      const account = await withAccounts(context, async (accounts, installation) => {
        const { id } = await requireAccount(accounts, username);
        const notices = changesAddress(changes.claims) ? await loadNotices(installation) : undefined;
        return Draft.commitWith((writesOf) =>
          accounts.update(id, changes, {
            ifVersion,
            // The operator of the machine may change roles.
            mayChangeRoles: true,
            alsoFor: (before, after) => writesOf(notices?.draftAddressTaken(before, after)),
          }),
        );
      });
      output.answer(accountData(account), formatMembers(accountData(account)));
    });
};
