import { effectiveValues, writtenSource } from '#config';
import type { Command } from '#src/command.ts';

/** A text with control characters is quoted: it can neither forge a line nor speak to the terminal. */
const shown = (value: unknown): string =>
  typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);

const widest = (texts: readonly string[], most: number): number =>
  Math.min(most, Math.max(...texts.map(({ length }) => length)));

const aligned = (rows: readonly (readonly [string, string, string])[]): string => {
  const first = widest(
    rows.map(([path]) => path),
    60,
  );
  const second = widest(
    rows.map(([, value]) => value),
    50,
  );
  return rows
    .map(([path, value, source]) => `${path.padEnd(first)}  ${value.padEnd(second)}  ${source}`)
    .join('\n');
};

export const print: Command = (group, { load, output }) => {
  group
    .command('print')
    .description('show what is in force and where it comes from; secrets are masked')
    .action(() => {
      const values = effectiveValues(load());
      const data = Object.fromEntries(values.map(({ path, value, source }) => [path, { value, source }]));
      const rows = values.map(
        ({ path, value, source }) => [path, shown(value), writtenSource(source)] as const,
      );
      output.answer(data, aligned(rows));
    });
};
