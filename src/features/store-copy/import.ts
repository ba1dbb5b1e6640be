import { exitCode, Failure } from '../../errors.ts';
import type { Entry, Store } from '../../store/port.ts';
import { assertComplete, readMarker, removeMarker, writeMarker } from './marker.ts';
import { type Lines, readExport } from './read-export.ts';

interface ImportOptions {
  readonly store: Store;
  /** Called twice: all lines are checked before the first record is written. */
  readonly lines: Lines;
  /** Replaces records that have the same key. */
  readonly overwrite: boolean;
}

const documentKeys = (page: readonly Entry[]) =>
  page.flatMap(({ type, key }) => (type === 'document' ? [key] : []));

/** The kind of the first record that the store has too. */
const findExistingKind = async (store: Store, page: readonly Entry[]): Promise<string | undefined> => {
  const keys = documentKeys(page);
  const found = await store.read(keys);
  return keys.find((_, at) => found[at] !== undefined)?.kind;
};

const recordExists = (kind: string): Failure =>
  new Failure({
    code: 'record_exists',
    message: `The store holds a record of the kind ${kind} that is in the file as well: import into an empty store, or --overwrite.`,
    exit: exitCode.conflict,
  });

/** A marker in the store says that an import is incomplete. Importing the same file again then completes it. */
export const importLines = async ({
  store,
  lines,
  overwrite,
}: ImportOptions): Promise<Readonly<Record<string, number>>> => {
  const marker = await readMarker(store);
  const checked = readExport(lines);
  let existingKind: string | undefined;
  for await (const page of checked.pages)
    if (!overwrite) existingKind ??= await findExistingKind(store, page);
  const source = checked.digest();
  const resumed = marker?.by === 'import' && marker.source === source;
  // An import can't complete an interrupted copy.
  if (marker?.by === 'migrate' || !(resumed || overwrite)) await assertComplete(store);
  if (!resumed && existingKind !== undefined) throw recordExists(existingKind);
  await writeMarker(store, { by: 'import', source, entries: 0 });
  const documents: Record<string, number> = {};
  for await (const page of readExport(lines).pages) {
    await store.load(page);
    for (const { kind } of documentKeys(page)) documents[kind] = (documents[kind] ?? 0) + 1;
  }
  await removeMarker(store);
  return documents;
};
