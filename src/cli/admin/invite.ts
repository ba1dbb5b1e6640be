import type { Config } from '#config';
import { type Command, type Installation, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import { createInvitation } from '../account/create-invitation.ts';
import { withAccounts } from '../account/with-accounts.ts';
import { wholeNumber } from '../option-values.ts';
import { isoTime } from '../table.ts';

interface InviteFlags {
  readonly username?: string;
  readonly role: 'viewer' | 'support' | 'admin';
  readonly hours: number;
}

const roles = ['viewer', 'support', 'admin'] as const;

const parseRole = (text: string): InviteFlags['role'] => {
  const role = roles.find((one) => one === text);
  if (role === undefined) throw usageError(`Expected one of ${roles.join(', ')} for --role.`);
  return role;
};

const groupOf = ({ admin }: Pick<Config, 'admin'>, role: InviteFlags['role']): string => {
  const [group] = admin.groups[role];
  if (group !== undefined) return group;
  throw new Failure({
    code: 'bad_configuration',
    message: `No group gives the role ${role}: name one in admin.groups.${role}.`,
    exit: exitCode.configuration,
  });
};

/** The first administrator of an installation comes before its groups. */
const ensureGroup = async (installation: Installation, accounts: Accounts, name: string): Promise<void> => {
  const { addGroup, createGroups } = await import('#src/services/groups/index.ts');
  const groups = createGroups(installation);
  if ((await groups.find(name)) !== undefined) return;
  await addGroup(groups, accounts, { name }).catch((error: unknown) => {
    if (!(error instanceof Failure && error.code === 'group_exists')) throw error;
  });
};

export const invite: Command = (group, context) => {
  const { output, load } = context;
  group
    .command('invite')
    .description('print a link with which an administrator creates their own account; it works once')
    .argument('<email>', 'their address; it does not count as verified')
    .option('--username <name>', 'the user name of the account; without it the person chooses one')
    .option('--role <role>', roles.join(', '), parseRole, 'admin')
    .option('--hours <number>', 'how long the link works', wholeNumber(1, 72), 1)
    .action(async (email: string, { username, role, hours }: InviteFlags) => {
      const { isMailAddress } = await import('#src/services/mail/index.ts');
      if (!isMailAddress(email)) throw usageError('Expected one e-mail address, as ada@example.com.');
      const { config } = load();
      const name = groupOf(config, role);
      const { url, until } = await withAccounts(
        context,
        async (accounts, installation) => {
          accounts.check({ username: username ?? 'invited person', claims: { email } });
          await accounts.checkNames({ username });
          await ensureGroup(installation, accounts, name);
          return createInvitation(installation, {
            email,
            username,
            claims: {},
            groups: [name],
            lifetimeSeconds: hours * 3600,
            language: undefined,
          });
        },
        { mayCreateStore: true },
      );
      output.answer({ email, role, group: name, url, expires_at: isoTime(until) }, url);
      output.note(`The link works once, until ${isoTime(until)}. It makes an account with the role ${role}.`);
      if (!config.admin.enabled) output.note('The administration is off: set admin.enabled to true.');
    });
};
