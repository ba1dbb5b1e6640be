/** What the address of a page of the console may say: which page of a list, and what was done before it. */
import type { Form } from '../../http/pages/form.ts';

interface Paging {
  readonly limit: number;
  readonly cursor?: string;
}

export const pageSize = 50;

/** The page of a list that follows `after`. */
export const pagingOf = ({ after }: { readonly after?: string | undefined }): Paging => ({
  limit: pageSize,
  ...(after !== undefined && { cursor: after }),
});

/** What is said after a change. The address names the change, and never has a text of its own. */
export const doneMessageOf = (
  texts: Readonly<Record<string, string>>,
  { done = '' }: Form,
): string | undefined => (Object.hasOwn(texts, done) ? texts[done] : undefined);
