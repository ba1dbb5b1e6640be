import { effectiveValues, formatSource } from '#config';
import type { Command } from '#src/command.ts';

/** Quotes a text with control characters, which could forge a line or control the terminal. */
const formatValue = (value: unknown): string =>
  typeof value === 'string' && !/\p{Cc}/u.test(value) ? value : JSON.stringify(value);

const columnWidth = (texts: readonly string[], most: number): number =>
  Math.min(most, Math.max(...texts.map(({ length }) => length)));

const alignColumns = (rows: readonly (readonly [string, string, string])[]): string => {
  const first = columnWidth(
    rows.map(([path]) => path),
    60,
  );
  const second = columnWidth(
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
        ({ path, value, source }) => [path, formatValue(value), formatSource(source)] as const,
      );
      output.answer(data, alignColumns(rows));
    });
};
