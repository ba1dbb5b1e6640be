import { hash } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import type { Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

/** A store has this record while a copy or an import into it is incomplete. */
const key: Key = { kind: kinds.copyMarker, family: 'moving', id: '' };

export interface Marker {
  readonly by: 'migrate' | 'import';
  /** A digest, because the URL of a store may contain a password. */
  readonly source: string;
  readonly cursor?: string;
  readonly entries: number;
}

const format = record<Marker>('copyMarker');

export const isMarker = ({ kind }: Key): boolean => kind === key.kind;

export const digestOfSource = (url: string): string => hash('sha256', url, 'base64url').slice(0, 22);

export const readMarker = async (store: Store): Promise<Marker | undefined> => {
  const [document] = await store.read([key]);
  return document && format.decode(document.body);
};

export const writeMarker = (store: Store, marker: Marker): Promise<void> =>
  store.commit([{ op: 'put', key, body: format.encode(marker) }]);

export const removeMarker = (store: Store): Promise<void> => store.commit([{ op: 'remove', key }]);

const unfinishedMessage = ({ by }: Marker): string =>
  by === 'migrate'
    ? 'A copy into this store was not completed: run the same `postern migrate` again, it goes on where it stopped.'
    : 'An import into this store was not completed: run the same `postern import` again.';

/** A server on an incomplete copy would create anew what is missing, keys first. */
export const assertComplete = async (store: Store): Promise<void> => {
  const marker = await readMarker(store);
  if (marker === undefined) return;
  throw new Failure({ code: 'copy_unfinished', message: unfinishedMessage(marker), exit: exitCode.conflict });
};
