import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { Conflict, type ConflictReason, StoreUnavailable } from '#src/store/errors.ts';
import type { Document, Key, ListOptions, Store } from '#src/store/port.ts';
import { rejectionOf } from '../../support/rejection-of.ts';

export type Open = () => Promise<Store>;

export const openForTest = async (t: Test, open: Open): Promise<Store> => {
  const store = await open();
  t.teardown(() => store.close());
  return store;
};

export const key = (family: string, id = '', kind = 'code'): Key => ({ kind, family, id });

export const readOne = async (store: Store, at: Key): Promise<Document | undefined> =>
  (await store.read([at]))[0];

export const rejectsAsConflict = async (
  t: Test,
  commit: Promise<void>,
  reason: ConflictReason,
  at: Key,
): Promise<Conflict> => {
  const rejection = await rejectionOf(commit);
  if (!(rejection instanceof Conflict))
    throw new Error(`a Conflict ${reason} was expected`, { cause: rejection });
  t.equal(rejection.reason, reason, `refused as ${reason}`);
  t.same({ ...rejection.key }, { ...at }, 'the refusal names the document');
  return rejection;
};

export const rejectsAsUnavailable = async (
  t: Test,
  work: () => Promise<unknown>,
  what: string,
): Promise<void> => {
  t.ok((await rejectionOf(work())) instanceof StoreUnavailable, `${what} is refused as Unavailable`);
};

/** Reads every page of a list by its cursor. */
export const listAll = async (
  store: Store,
  index: string,
  of: string,
  options: ListOptions,
): Promise<string[]> => {
  const ids: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.list(index, of, cursor === undefined ? options : { ...options, cursor });
    if (page.items.length > options.limit) throw new Error('a page is longer than its limit');
    ids.push(...page.items.map((item) => item.key.id));
    cursor = page.next;
  } while (cursor !== undefined);
  return ids;
};

export const waitUntilAfter = async (at: number): Promise<void> => {
  while (Date.now() <= at) await sleep(at - Date.now() + 5);
};
