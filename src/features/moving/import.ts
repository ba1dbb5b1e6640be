import { exitCode, Failure } from '#src/errors.ts';
import type { Entry, Store } from '#src/store/port.ts';
import { type Lines, readExport } from './file.ts';
import { assertWhole, readMarker, removeMarker, writeMarker } from './marker.ts';

interface Parts {
  readonly store: Store;
  /** Called twice: everything is looked at before anything is written. */
  readonly lines: Lines;
  /** Write over records of the same name. */
  readonly overwrite: boolean;
}

const keysIn = (page: readonly Entry[]) =>
  page.flatMap(({ type, key }) => (type === 'document' ? [key] : []));

/** The kind of a record that is in both. */
const takenIn = async (store: Store, page: readonly Entry[]): Promise<string | undefined> => {
  const keys = keysIn(page);
  const found = await store.read(keys);
  return keys.find((_, at) => found[at] !== undefined)?.kind;
};

const exists = (kind: string): Failure =>
  new Failure({
    code: 'record_exists',
    message: `The store holds a record of the kind ${kind} that is in the file as well: import into an empty store, or --overwrite.`,
    exit: exitCode.conflict,
  });

/** A mark stands beside what was written until all of it is; the same file may be imported again over its own half. */
export const importLines = async ({
  store,
  lines,
  overwrite,
}: Parts): Promise<Readonly<Record<string, number>>> => {
  const marker = await readMarker(store);
  const looked = readExport(lines);
  let taken: string | undefined;
  for await (const page of looked.pages) if (!overwrite) taken ??= await takenIn(store, page);
  const source = looked.digest();
  const resumed = marker?.by === 'import' && marker.source === source;
  // Half a copy does not become whole by what is in a file.
  if (marker?.by === 'migrate' || !(resumed || overwrite)) await assertWhole(store);
  if (!resumed && taken !== undefined) throw exists(taken);
  await writeMarker(store, { v: 1, by: 'import', source, entries: 0 });
  const documents: Record<string, number> = {};
  for await (const page of readExport(lines).pages) {
    await store.load(page);
    for (const { kind } of keysIn(page)) documents[kind] = (documents[kind] ?? 0) + 1;
  }
  await removeMarker(store);
  return documents;
};
