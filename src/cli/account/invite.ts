import type { Config } from '#config';
import { type Command, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import { type Groups, groupNotFound } from '#src/services/groups/index.ts';
import { parseNamedValues } from '../name-value.ts';
import { collectValues, wholeNumber } from '../option-values.ts';
import { isoTime } from '../table.ts';
import { createInvitation, type Invitation } from './create-invitation.ts';
import { withAccounts } from './with-accounts.ts';

interface InviteFlags {
  readonly username?: string;
  readonly claim?: readonly string[];
  readonly group?: readonly string[];
  readonly hours: number;
  readonly language?: string;
  readonly print?: true;
}

const refuseWithoutMail = ({ mail, mode }: Config): void => {
  if (mail !== undefined || mode === 'development') return;
  throw new Failure({
    code: 'mail_not_configured',
    message:
      'No mail server is configured: set `mail`, or use --print and pass the link on yourself; then the address does not count as verified.',
    exit: exitCode.conflict,
  });
};

const refuseRole = (name: string): Failure =>
  new Failure({
    code: 'role_group',
    message: `The group ${name} gives a role in the administration of this server: \`admin invite\` makes such an invitation.`,
    exit: exitCode.conflict,
  });

/** Refuses what the person could not correct, and groups that give a role. */
const checkInvitation = async (
  accounts: Accounts,
  groupService: Pick<Groups, 'unknown'>,
  { email, username, claims, groups = [], language }: Invitation,
): Promise<void> => {
  const role = groups.find(accounts.isRoleGroup);
  if (role !== undefined) throw refuseRole(role);
  const [unknown] = await groupService.unknown(groups);
  if (unknown !== undefined) throw groupNotFound(unknown);
  accounts.check({ username: username ?? 'invited person', claims: { ...claims, email } });
  const isMailed = language !== undefined;
  await accounts.checkNames({ username, claims: { ...claims, email, email_verified: isMailed } });
};

export const invite: Command = (group, context) => {
  const { output, load } = context;
  group
    .command('invite')
    .description('send a link with which a person creates their own account; it works once')
    .argument('<email>')
    .option('--username <name>', 'the user name of the account; without it the person chooses one')
    .option('--claim <name=value>', 'a claim, its value as JSON or text; may be repeated', collectValues)
    .option('--group <name>', 'a group that the account will be in; may be repeated', collectValues)
    .option('--hours <number>', 'how long the link works', wholeNumber(1, 720), 72)
    .option('--language <tag>', 'the language of the message, one of pages.languages')
    .option('--print', 'send nothing and show the link; the address does not count as verified then')
    .action(
      async (
        email: string,
        { username, claim = [], group: groups = [], hours, language, print }: InviteFlags,
      ) => {
        const { isMailAddress } = await import('#src/services/mail/index.ts');
        if (!isMailAddress(email)) throw usageError('Expected one e-mail address, as ada@example.com.');
        const { config } = load();
        const { languages, default_language: defaultLanguage } = config.pages;
        if (language !== undefined && !languages.includes(language))
          throw usageError(`Expected one of ${languages.join(', ')} for --language.`);
        if (!print) refuseWithoutMail(config);
        const example = 'name="Ada Lovelace"';
        const invitation: Invitation = {
          email,
          username,
          claims: Object.fromEntries(parseNamedValues(claim, { flag: '--claim', example })),
          groups,
          lifetimeSeconds: hours * 3600,
          language: print ? undefined : (language ?? defaultLanguage),
        };
        const { url, until } = await withAccounts(context, async (accounts, installation) => {
          const { createGroups } = await import('#src/services/groups/index.ts');
          await checkInvitation(accounts, createGroups(installation), invitation);
          return createInvitation(installation, invitation);
        });
        const data = { email, expires_at: isoTime(until), ...(print && { url }) };
        output.answer(data, print ? url : `The invitation of ${email} will be sent by the running server.`);
        output.note(`The link works once, until ${isoTime(until)}.`);
      },
    );
};
