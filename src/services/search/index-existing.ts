import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Listed, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

interface Options {
  readonly store: Store;
  readonly clock: Clock;
  /** The list of all records, and the name under which it is noted that they are indexed. */
  readonly list: string;
  /** Writes a record as it is, with its index entries of now. It fails when the record was changed meanwhile. */
  readonly rewrite: (listed: Listed) => Write;
  readonly isStopped: () => boolean;
}

const format = record<{ readonly at: number }>('searchIndex');

const pageSize = 100;

/**
 * Makes records searchable that an earlier release has stored. It is done once for each store, in the background, and
 * begins again after an interruption.
 */
export const indexExisting = async ({ store, clock, list, rewrite, isStopped }: Options): Promise<void> => {
  const marker: Key = { kind: kinds.searchIndex, family: 'search-index', id: list };
  const [marked] = await store.read([marker]);
  if (marked) return;
  let cursor: string | undefined;
  do {
    const page = await store.list(list, 'all', {
      limit: pageSize,
      ...(cursor !== undefined && { cursor }),
    });
    await Promise.all(
      page.items.map((listed) =>
        store.commit([rewrite(listed)]).catch((error: unknown) => {
          // The change that came first has written the entries too.
          if (!(error instanceof Conflict)) throw error;
        }),
      ),
    );
    cursor = page.next;
    if (isStopped()) return;
  } while (cursor !== undefined);
  const body = format.encode({ at: clock.now() });
  await store.commit([{ op: 'put', key: marker, body }]);
};
