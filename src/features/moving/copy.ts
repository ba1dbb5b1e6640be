import { exitCode, Failure } from '#src/errors.ts';
import type { Entry, Store } from '#src/store/port.ts';
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
  /** Write over what the target holds, and forget a copy that was begun. */
  readonly overwrite: boolean;
  readonly onProgress: (entries: number) => void;
}

const refuse = (code: string, message: string): Failure =>
  new Failure({ code, message, exit: exitCode.conflict });

const beginning = async ({ target, from, overwrite }: Parts): Promise<Marker> => {
  const source = nameOfSource(from);
  const marker = await readMarker(target);
  if (marker && marker.source === source && !overwrite) return marker;
  if (marker && !overwrite) {
    throw refuse(
      'copy_of_another',
      'A copy of another store into this one was not completed: name that one as --from, or --overwrite it.',
    );
  }
  if (!overwrite && (await target.dump()).entries.length > 0) {
    throw refuse(
      'store_in_use',
      'The target is not empty: name an empty store, or --overwrite what is in it.',
    );
  }
  return { v: 1, source, entries: 0 };
};

/** Page by page, with a mark of how far it came beside what was written: a run that was broken off is taken up. */
export const copyStore = async (parts: Parts): Promise<Copied> => {
  const { source, target, onProgress } = parts;
  let marker = await beginning(parts);
  const resumed = marker.entries;
  await writeMarker(target, marker);
  for (;;) {
    const page = await source.dump(marker.cursor);
    const entries: readonly Entry[] = page.entries.filter(({ key }) => !isMarker(key));
    await target.load(entries);
    const { cursor: _, ...rest } = marker;
    marker = {
      ...rest,
      entries: marker.entries + entries.length,
      ...(page.next !== undefined && { cursor: page.next }),
    };
    if (page.next === undefined) break;
    await writeMarker(target, marker);
    onProgress(marker.entries);
  }
  await removeMarker(target);
  return { entries: marker.entries, resumed };
};
