import { readFileSync } from 'node:fs';
import { type Command, usageError } from '#src/command.ts';
import { Failure } from '#src/errors.ts';
import type { ChainHead } from '#src/services/audit/index.ts';

const isHead = (value: unknown): value is ChainHead =>
  typeof value === 'object' &&
  value !== null &&
  'chain' in value &&
  typeof value.chain === 'string' &&
  'seq' in value &&
  Number.isSafeInteger(value.seq) &&
  'hash' in value &&
  typeof value.hash === 'string';

const readHeads = (file: string): readonly ChainHead[] => {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    const heads = typeof value === 'object' && value !== null && 'heads' in value ? value.heads : undefined;
    if (Array.isArray(heads) && heads.every(isHead)) return heads;
  } catch {
    // The error below covers a file that can't be read or parsed.
  }
  throw usageError(`${file} does not hold what \`postern audit verify --json\` answered: name such a file.`);
};

export const verify: Command = (group, context) => {
  const { output } = context;
  group
    .command('verify')
    .option('--heads <file>', 'an answer of `audit verify --json` of before: what it saw must still be there')
    .description('whether the record is whole: nothing changed, nothing taken away')
    .action(async ({ heads: file }: { readonly heads?: string }) => {
      const earlierHeads = file === undefined ? [] : readHeads(file);
      const verdict = await context.withInstallation(async ({ store, config, clock }) => {
        const [{ verify: verifyRecord }, { loadSecretCipher }] = await Promise.all([
          import('#src/services/audit/index.ts'),
          import('#src/services/keys/index.ts'),
        ]);
        return verifyRecord({ store, clock, cipher: await loadSecretCipher(config, store) }, earlierHeads);
      });
      const { records, heads, problems } = verdict;
      const lines = problems.map(
        ({ chain, seq, message }) =>
          `chain ${chain}${seq === undefined ? '' : `, record ${seq}`}: ${message}`,
      );
      const counted = `${records} records in ${heads.length} chains`;
      output.answer(
        { ok: problems.length === 0, ...verdict },
        [...lines, problems.length === 0 ? `The record is whole: ${counted}.` : counted].join('\n'),
      );
      if (problems.length === 0) return;
      throw new Failure({
        code: 'audit_broken',
        message: `The audit record was tampered with, or damaged: ${problems.length} problems. Compare it with a backup or an export.`,
      });
    });
};
