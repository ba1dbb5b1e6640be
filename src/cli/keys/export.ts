import { type Command, usageError } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { type OutputFlag, outputOption, writeResult } from '#src/long-result.ts';
import type { Keys } from '#src/services/keys/index.ts';
import { withKeys } from './with-keys.ts';

interface ExportFlags extends OutputFlag {
  readonly kid?: string;
  readonly private?: true;
}

const publicJwks = (keys: Keys, kid: string | undefined) => {
  const all = keys.current().publicJwks.keys;
  const wanted = kid === undefined ? all : all.filter((jwk) => jwk.kid === kid);
  if (wanted.length > 0 || kid === undefined) return { keys: wanted };
  throw new Failure({
    code: 'key_not_found',
    exit: exitCode.notFound,
    message: `There is no signing key ${kid}: \`postern keys list\` shows all.`,
  });
};

const privateJwk = (keys: Keys, kid: string | undefined) => {
  if (kid !== undefined) return keys.exportPrivate(kid);
  throw usageError('Private keys are exported one at a time: name it with --kid.');
};

export const exportOf: Command = (group, context) => {
  const { output } = context;
  group
    .command('export')
    .option('--kid <kid>', 'this key alone')
    .option('--private', 'the private key, in clear, for a backup or a move')
    .option(...outputOption)
    .description('the key set as relying parties see it')
    .action((flags: ExportFlags) =>
      withKeys(context, async (keys) => {
        const found = flags.private ? await privateJwk(keys, flags.kid) : publicJwks(keys, flags.kid);
        await writeResult(output, flags, (write) => write(`${JSON.stringify(found, null, 2)}\n`));
      }),
    );
};
