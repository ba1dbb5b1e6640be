import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { type Command, usageError } from '#src/command.ts';
import { keyData, keyTable } from './table.ts';
import { withKeys } from './with-keys.ts';

const read = async (file: string): Promise<string> => {
  if (file === '-') return text(process.stdin);
  try {
    return readFileSync(file, 'utf8');
  } catch {
    throw usageError(
      `${file} can't be read: name a file with a private JWK or PEM, or - for standard input.`,
    );
  }
};

const parseAlgorithm = async (alg: string | undefined) => {
  const { algorithms, isAlgorithm } = await import('#src/services/keys/index.ts');
  if (alg === undefined || isAlgorithm(alg)) return alg;
  throw usageError(`${alg} is no algorithm for signatures here: name one of ${algorithms.join(', ')}.`);
};

export const importOf: Command = (group, context) => {
  const { output } = context;
  group
    .command('import')
    .argument('<file>', 'private JWK or PEM without a passphrase; - for standard input')
    .option('--alg <algorithm>', 'what an RSA key signs with: RS256 or PS256')
    .description('bring a signing key along; it signs when every relying party must have seen it')
    .action(async (file: string, { alg }: { readonly alg?: string }) => {
      const wanted = await parseAlgorithm(alg);
      const key = await read(file);
      const added = await withKeys(context, (keys) => keys.import(key, wanted), { mayCreateStore: true });
      output.answer({ added: added.map(keyData) }, keyTable(added));
    });
};
