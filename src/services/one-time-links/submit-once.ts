import { Failure } from '../../errors.ts';

interface Submission<T> {
  /** Uses the link up. */
  readonly submit: () => Promise<T>;
  /** Whether the link was used a moment ago by a form that said the same. */
  readonly isRepeated: () => Promise<boolean>;
  /** Where the first form ended. */
  readonly done: () => T | Promise<T>;
}

/** What a second form meets: the link was used, or its account has the name. */
const codes = new Set(['link_gone', 'account_exists']);

/**
 * Answers a form that uses a link up. When it is sent twice, as by a double click, the browser shows the second answer, so
 * that one ends where the first one did. Any other form shows that the link no longer works.
 */
export const submitOnce = async <T>({ submit, isRepeated, done }: Submission<T>): Promise<T> => {
  try {
    return await submit();
  } catch (error) {
    if (error instanceof Failure && codes.has(error.code) && (await isRepeated())) return done();
    throw error;
  }
};
