import { type ExitCode, exitCode, Failure } from '../../errors.ts';
import type { Entry, Store } from '../../store/port.ts';
import { isEmpty, removeAll } from './entries.ts';
import { digestOfSource, isMarker, type Marker, readMarker, removeMarker, writeMarker } from './marker.ts';

interface CopyResult {
  readonly entries: number;
  /** How many of them an earlier run had copied. */
  readonly resumed: number;
}

interface CopyOptions {
  readonly source: Store;
  readonly target: Store;
  /** The URL of the source. The marker holds its digest, so that only a copy of this source is resumed. */
  readonly from: string;
  /** Empties the target first, and starts over if a copy was interrupted. */
  readonly overwrite: boolean;
  readonly onProgress: (entries: number) => void;
}

const refusal = (code: string, message: string, exit: ExitCode = exitCode.conflict): Failure =>
  new Failure({ code, message, exit });

const assertSource = async (source: Store): Promise<void> => {
  if (await readMarker(source)) {
    throw refusal(
      'source_unfinished',
      'A copy or an import into the source was not completed itself: run that command again first.',
    );
  }
  if (await isEmpty(source)) {
    throw refusal(
      'source_empty',
      'The source holds nothing: check the address in --from, and store.prefix.',
      exitCode.notFound,
    );
  }
};

const startMarker = async ({ target, from, overwrite }: CopyOptions): Promise<Marker> => {
  const source = digestOfSource(from);
  const marker = await readMarker(target);
  if (marker?.by === 'migrate' && marker.source === source && !overwrite) return marker;
  if (marker && !overwrite) {
    throw refusal(
      'copy_of_another',
      marker.by === 'migrate'
        ? 'A copy of another store into this one was not completed: name that one as --from, or --overwrite it.'
        : 'An import into the target was not completed: name an empty store, or --overwrite what is in it.',
    );
  }
  if (!overwrite && !(await isEmpty(target))) {
    throw refusal(
      'store_in_use',
      'The target is not empty: name an empty store, or --overwrite what is in it.',
    );
  }
  return { by: 'migrate', source, entries: 0 };
};

/** Two URLs may name one store, which `overwrite` would empty. The marker of the target then shows in the source. */
const assertDifferentStores = async ({ source, target }: CopyOptions): Promise<void> => {
  if ((await readMarker(source)) === undefined) return;
  await removeMarker(target);
  throw refusal('same_store', '--from and --to lead to the same store: name another one.', exitCode.usage);
};

/**
 * Copies page by page. A marker in the target says how far the copy has come, so that the next run resumes it. It stays
 * until `completeCopy`, which the caller runs after a comparison.
 */
export const copyStore = async (options: CopyOptions): Promise<CopyResult> => {
  const { source, target, overwrite, onProgress } = options;
  await assertSource(source);
  let marker = await startMarker(options);
  const resumed = marker.entries;
  await writeMarker(target, marker);
  await assertDifferentStores(options);
  if (overwrite) await removeAll(target);
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
