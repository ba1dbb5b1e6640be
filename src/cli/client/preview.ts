import type { Command } from '#src/command.ts';
import type { Preview } from '#src/services/client-preview/index.ts';
import { requireAccount, withAccounts } from '../account/with-accounts.ts';
import { formatMembers } from '../format-members.ts';
import { table } from '../table.ts';
import { clientNotFound, withClients } from './with-clients.ts';

interface PreviewFlags {
  readonly account: string;
  readonly scope?: string;
  readonly resource?: string;
}

const section = (title: string, claims: Readonly<Record<string, unknown>> | undefined): string =>
  claims === undefined ? '' : `\n\n${title}\n${formatMembers(claims)}`;

const formatApi = ({ audience, allowed, why, error }: NonNullable<Preview['api']>): string =>
  `\nAPI ${audience}: ${allowed ? 'yes' : 'no'}, ${why}.${error === undefined ? '' : ` A request for it gets ${error}.`}`;

const format = ({ access, api, scopes, claims, idToken, userinfo, accessToken }: Preview): string =>
  [
    `Access: ${access.allowed ? 'yes' : 'no'}, ${access.why}.`,
    api === undefined ? '' : formatApi(api),
    scopes.length === 0
      ? ''
      : `\n\n${table(
          ['SCOPE', 'GRANTED', 'WHY'],
          scopes.map(({ scope, granted, why }) => [scope, granted ? 'yes' : 'no', why]),
        )}`,
    claims.length === 0
      ? ''
      : `\n\n${table(
          ['CLAIM', 'IN', 'WHY'],
          claims.map(({ name, in: places, why }) => [name, places.join(', ') || '-', why]),
        )}`,
    section('ID token', idToken),
    section('Userinfo', userinfo),
    section('Access token', accessToken),
  ].join('');

export const preview: Command = (group, context) => {
  group
    .command('preview')
    .description('show what a person would get in an application, and why; issues nothing')
    .argument('<client_id>')
    .requiredOption('--account <username>', 'the person: user name, verified address, sub or id:<sub>')
    .option('--scope <scopes>', 'what the application requests, separated by spaces; default: all it may')
    .option('--resource <audience>', 'the API of the access token; default: the one without a resource')
    .action(async (id: string, { account: name, scope, resource }: PreviewFlags) => {
      const [{ createPreview }, { loadExtensions, runExtensions }] = await Promise.all([
        import('#src/services/client-preview/index.ts'),
        import('#src/services/extensions/index.ts'),
      ]);
      const client = await withClients(context, (clients) => clients.get(id));
      if (client === undefined) throw clientNotFound(id);
      const result = await withAccounts(context, async (accounts, { config }) => {
        const extensions = runExtensions(await loadExtensions(config.extensions), () => {});
        return createPreview(
          config,
          extensions.claims,
        )({
          client: client.metadata,
          isSelfRegistered: client.from === 'registration',
          account: await requireAccount(accounts, name),
          ...(scope !== undefined && { scopes: scope.split(' ').filter((one) => one !== '') }),
          ...(resource !== undefined && { resource }),
        });
      });
      const { idToken, userinfo, accessToken, ...decisions } = result;
      context.output.answer(
        {
          ...decisions,
          ...(idToken && { id_token: idToken }),
          ...(userinfo && { userinfo }),
          ...(accessToken && { access_token: accessToken }),
        },
        format(result),
      );
    });
};
