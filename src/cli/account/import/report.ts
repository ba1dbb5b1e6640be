import { toReadable } from '#src/readable-text.ts';

/** What became of the lines of a file. */
export interface Report {
  readonly lines: number;
  readonly added: number;
  readonly unchanged: number;
  readonly refused: number;
  /** The first of the refused lines. */
  readonly problems: readonly Problem[];
}

export interface Problem {
  readonly line: number;
  readonly message: string;
}

/** More problems than that are counted only. */
export const maxProblems = 1_000;

const accounts = (count: number): string => `${count} ${count === 1 ? 'account' : 'accounts'}`;

export const reportText = (
  { added, unchanged, refused, problems }: Report,
  { done, unit = 'line' }: { readonly done: boolean; readonly unit?: 'line' | 'user' },
): string =>
  [
    ...problems.map(({ line, message }) => `${unit} ${line}: ${toReadable(message)}`),
    ...(refused > problems.length ? [`… and ${refused - problems.length} more`] : []),
    `${done ? 'Imported' : 'Would be imported'}: ${accounts(added)}. There already: ${unchanged}. Refused: ${refused}.`,
  ].join('\n');
