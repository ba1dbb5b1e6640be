import { type Command, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { collectValues } from '../option-values.ts';
import { withGroups } from './with-groups.ts';

interface ImportFlags {
  readonly dryRun?: boolean;
  readonly rename?: readonly string[];
  readonly drop?: readonly string[];
}

const parseRename = (texts: readonly string[]): ReadonlyMap<string, string> =>
  new Map(
    texts.map((text) => {
      const equals = text.lastIndexOf('=');
      if (equals < 1) throw usageError('--rename wants claim=group, as "Grafana Admins=grafana-admins".');
      return [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );

const claimsLeft = (count: number): Failure =>
  new Failure({
    code: 'claims_left',
    message: `Nothing is moved while ${count} ${count === 1 ? 'claim' : 'claims'} can't be; do what is said above, and run the command again.`,
    exit: exitCode.failure,
  });

export const importClaims: Command = (parent, context) => {
  const { output } = context;
  parent
    .command('import-claims')
    .description('make groups of the claims named groups that accounts have, and remove those claims')
    .option('--dry-run', 'only say what would be done')
    .option(
      '--rename <claim=group>',
      'the group for a name in claims that no group can have; may be repeated',
      collectValues,
    )
    .option('--drop <claim>', 'leave out a name in claims; may be repeated', collectValues)
    .action(async ({ dryRun = false, rename = [], drop = [] }: ImportFlags) => {
      const names = parseRename(rename);
      const { moved, made, problems, configured } = await withGroups(context, async (_, accounts) => {
        const { groups, ...result } = await accounts.importGroupClaims({
          dryRun,
          rename: names,
          drop: new Set(drop),
        });
        // Accounts of the configuration are on the first page.
        const { items } = await accounts.list({ limit: 1 });
        return {
          ...result,
          made: groups,
          configured: items.filter(({ from, claims }) => from === 'configuration' && claims['groups']),
        };
      });
      output.answer(
        {
          dry_run: dryRun,
          moved,
          groups: made,
          problems: problems.map(({ account, message }) => ({ username: account.username, message })),
          configured: configured.map(({ username, claims }) => ({ username, groups: claims['groups'] })),
        },
        [
          `${dryRun ? 'Would move' : 'Moved'} the claims of ${moved} ${moved === 1 ? 'account' : 'accounts'}; new groups: ${made.join(', ') || 'none'}.`,
          ...problems.map(({ account, message }) => `Can't be moved, ${account.username}: ${message}`),
          ...configured.map(
            ({ username, claims }) =>
              `In the configuration, give the account ${username} \`groups: ${JSON.stringify(claims['groups'])}\` instead of the claim.`,
          ),
        ].join('\n'),
      );
      if (problems.length > 0) throw claimsLeft(problems.length);
    });
};
