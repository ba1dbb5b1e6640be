import { InvalidArgumentError } from 'commander';
import { exitCode, Failure } from '#src/errors.ts';
import { InvalidCursor } from '#src/store/errors.ts';

export interface PagingFlags {
  readonly limit: number;
  readonly cursor?: string;
}

export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${least} to ${most}.`);
  };

export const collectValues = (one: string, all: readonly string[] = []): readonly string[] => [...all, one];

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
