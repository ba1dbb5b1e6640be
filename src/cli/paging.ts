/** What the commands that list page by page have in common: two options, their errors, and the form of the result. */
import type { Command } from 'commander';
import type { Output } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { InvalidCursor } from '#src/store/errors.ts';
import { wholeNumber } from './option-values.ts';
import { table } from './table.ts';

export interface PagingFlags {
  readonly limit: number;
  readonly cursor?: string;
}

export const addPagingOptions = (command: Command, limitDescription = 'how many'): Command =>
  command
    .option('--limit <number>', limitDescription, wholeNumber(1, 1000), 50)
    .option('--cursor <cursor>', 'where the page before ended');

/** Answers a cursor that no page contained with a usage error. */
export const rejectBadCursor = async <T>(listing: Promise<T>): Promise<T> => {
  try {
    return await listing;
  } catch (error) {
    if (!(error instanceof InvalidCursor)) throw error;
    throw new Failure({
      code: 'cursor_invalid',
      message: 'This --cursor is not one that a page before gave; start without it.',
      exit: exitCode.usage,
      cause: error,
    });
  }
};

/** Says how to go on. A cursor may contain spaces, so it is quoted for the shell. */
export const noteNext = (output: Output, next: string | undefined, what = 'More'): void => {
  if (next !== undefined) output.note(`${what} with --cursor '${next}'`);
};

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

interface Presentation<Item> {
  readonly toData: (item: Item) => unknown;
  readonly headings: readonly string[];
  readonly toRow: (item: Item) => readonly string[];
  /** Instead of a table without rows. */
  readonly empty: string;
}

export const answerPage = <Item>(
  output: Output,
  { items, next }: Page<Item>,
  { toData, headings, toRow, empty }: Presentation<Item>,
): void => {
  output.answer(
    { items: items.map(toData), ...(next !== undefined && { next }) },
    items.length === 0 ? empty : table(headings, items.map(toRow)),
  );
  noteNext(output, next);
};
