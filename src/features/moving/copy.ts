import { type ExitCode, exitCode, Failure } from '#src/errors.ts';
import type { Entry, Store } from '#src/store/port.ts';
import { empty, isEmpty } from './entries.ts';
import { isMarker, type Marker, nameOfSource, readMarker, removeMarker, writeMarker } from './marker.ts';

interface Copied {
  readonly entries: number;
  /** What had been copied by a run before this one. */
  readonly resumed: number;
}

interface Parts {
  readonly source: Store;
  readonly target: Store;
  /** The address of the source, to know it again. */
  readonly from: string;
  /** Take away what the target holds first, and forget a copy that was begun. */
  readonly overwrite: boolean;
  readonly onProgress: (entries: number) => void;
}

const refuse = (code: string, message: string, exit: ExitCode = exitCode.conflict): Failure =>
  new Failure({ code, message, exit });

const assertSource = async (source: Store): Promise<void> => {
  if (await readMarker(source)) {
    throw refuse(
      'source_unfinished',
      'A copy or an import into the source was not completed itself: run that command again first.',
    );
  }
  if (await isEmpty(source)) {
    throw refuse(
      'source_empty',
      'The source holds nothing: check the address in --from, and store.prefix.',
      exitCode.notFound,
    );
  }
};

const beginning = async ({ target, from, overwrite }: Parts): Promise<Marker> => {
  const source = nameOfSource(from);
  const marker = await readMarker(target);
  if (marker?.by === 'migrate' && marker.source === source && !overwrite) return marker;
  if (marker && !overwrite) {
    throw refuse(
      'copy_of_another',
      marker.by === 'migrate'
        ? 'A copy of another store into this one was not completed: name that one as --from, or --overwrite it.'
        : 'An import into the target was not completed: name an empty store, or --overwrite what is in it.',
    );
  }
  if (!overwrite && !(await isEmpty(target))) {
    throw refuse(
      'store_in_use',
      'The target is not empty: name an empty store, or --overwrite what is in it.',
    );
  }
  return { v: 1, by: 'migrate', source, entries: 0 };
};

/** Two addresses may lead to one store, which would be emptied: what is written at the one shows at the other. */
const assertApart = async ({ source, target }: Parts): Promise<void> => {
  if ((await readMarker(source)) === undefined) return;
  await removeMarker(target);
  throw refuse('same_store', '--from and --to lead to the same store: name another one.', exitCode.usage);
};

/**
 * Page by page, with a mark of how far it came beside what was written: a run that was broken off is taken up. The mark
 * stays until the copy was found to be whole: `completeCopy` takes it away.
 */
export const copyStore = async (parts: Parts): Promise<Copied> => {
  const { source, target, overwrite, onProgress } = parts;
  await assertSource(source);
  let marker = await beginning(parts);
  const resumed = marker.entries;
  await writeMarker(target, marker);
  await assertApart(parts);
  if (overwrite) await empty(target);
  for (;;) {
    const page = await source.dump(marker.cursor);
    const entries: readonly Entry[] = page.entries.filter(({ key }) => !isMarker(key));
    await target.load(entries);
    const copied = marker.entries + entries.length;
    if (page.next === undefined) return { entries: copied, resumed };
    marker = { ...marker, entries: copied, cursor: page.next };
    await writeMarker(target, marker);
    onProgress(copied);
  }
};

export const completeCopy = removeMarker;
