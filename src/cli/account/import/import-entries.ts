import type { ImportAccount, Importer } from '#src/services/accounts/index.ts';
import type { FileEntry } from './file-entry.ts';
import { maxProblems, type Problem, type Report } from './report.ts';

/** Two round trips to the store for the checks of a batch, and one commit. */
const batchSize = 200;

/** Imports the entries batch by batch. `onProgress` gets the number of the last line that is done. */
export const importEntries = async (
  entries: AsyncIterable<FileEntry>,
  importBatch: Importer,
  onProgress: (line: number) => void,
): Promise<Report> => {
  const counts = { lines: 0, added: 0, unchanged: 0, refused: 0 };
  const problems: Problem[] = [];
  const refuse = (line: number, message: string): void => {
    counts.refused += 1;
    if (problems.length < maxProblems) problems.push({ line, message });
  };
  let batch: { readonly line: number; readonly account: ImportAccount }[] = [];
  const flush = async (): Promise<void> => {
    const results = await importBatch(batch.map(({ account }) => account));
    for (const [at, { line }] of batch.entries()) {
      const result = results[at];
      if (result?.outcome === 'refused') refuse(line, result.message);
      else counts[result?.outcome ?? 'added'] += 1;
    }
    onProgress(batch.at(-1)?.line ?? 0);
    batch = [];
  };
  for await (const entry of entries) {
    counts.lines += 1;
    if ('problem' in entry) refuse(entry.line, entry.problem);
    else batch.push(entry);
    if (batch.length === batchSize) await flush();
  }
  if (batch.length > 0) await flush();
  return { ...counts, problems: problems.toSorted((one, other) => one.line - other.line) };
};
