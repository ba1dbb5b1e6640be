import type { ImportAccount } from '#src/services/accounts/index.ts';

/** What one line of the file says. A record of a CSV file may go over several lines; `line` is its first one. */
export type FileEntry = { readonly line: number } & (
  | { readonly account: ImportAccount }
  | { readonly problem: string }
);

/** It has no line number, because the reader knows it. */
export type EntryContent = { readonly account: ImportAccount } | { readonly problem: string };
