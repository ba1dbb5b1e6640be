import { Conflict } from '../../store/errors.ts';
import { followState } from '../../store/followed-state.ts';
import type { Clock, Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { clientKey } from './record.ts';

/**
 * A client that an operator has stopped. It has a record of its own, so that a client of the configuration can have
 * one.
 */
interface StopRecord {
  readonly id: string;
  readonly at: number;
}

const format = record<StopRecord>('clientStop');
const stopKey = (id: string): Key => ({ ...clientKey(id), kind: kinds.clientStop });

const topic = 'stopped-clients';
const pageSize = 500;
/** How long a client may still be used on a process that missed the message. */
const pollMs = 10_000;

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
}

export interface StoppedClients {
  /** When each stopped client was stopped, by its id. It is the same object for ever, kept up to date. */
  readonly since: ReadonlyMap<string, number>;
  /** Returns false if it was stopped before. `conditions` are committed with it. */
  stop(id: string, conditions: readonly Write[]): Promise<boolean>;
  /** Returns false if it wasn't stopped. `conditions` are committed with it. */
  start(id: string, conditions: readonly Write[]): Promise<boolean>;
  /** The write for the commit that removes the client. `publish` follows it. */
  removal(id: string): Write;
  /** Makes all processes read again which clients are stopped. */
  publish(id: string): Promise<void>;
  /** Reads all of them again. */
  read(): Promise<void>;
  /** Reads them now, on each message and every ten seconds. The result ends it. */
  follow(): Promise<() => Promise<void>>;
}

/** Few clients are stopped, so each process knows all of them, and no request asks the store. */
export const createStoppedClients = ({ store, clock }: Dependencies): StoppedClients => {
  const since = new Map<string, number>();

  const readAll = async (): Promise<void> => {
    const found = new Map<string, number>();
    let cursor: string | undefined;
    do {
      const page = await store.list(topic, 'all', {
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { document } of page.items) {
        const { id, at } = format.decode(document.body);
        found.set(id, at);
      }
      cursor = page.next;
    } while (cursor !== undefined);
    for (const id of since.keys()) if (!found.has(id)) since.delete(id);
    for (const [id, at] of found) since.set(id, at);
  };

  const state = followState({ store, topic, pollMs, load: readAll });

  const publish = async (id: string): Promise<void> => {
    // The change is made already; what fails now is read again soon.
    await state.read().catch(() => {});
    await store.publish(topic, id).catch(() => {});
  };

  /** Returns false when another request has stopped or started the client first. */
  const commit = async (id: string, writes: readonly Write[]): Promise<boolean> => {
    const isNew = await store.commit(writes).then(
      () => true,
      (error: unknown) => {
        if (error instanceof Conflict && error.key.kind === kinds.clientStop) return false;
        throw error;
      },
    );
    await publish(id);
    return isNew;
  };

  return {
    since,
    stop(id, conditions) {
      const at = clock.now();
      const body = format.encode({ id, at });
      const index = [{ index: topic, of: 'all', at }];
      return commit(id, [{ op: 'insert', key: stopKey(id), body, index }, ...conditions]);
    },
    async start(id, conditions) {
      const key = stopKey(id);
      const [stopped] = await store.read([key]);
      if (stopped === undefined) {
        await publish(id);
        return false;
      }
      const { body } = stopped;
      return commit(id, [{ op: 'replace', key, body, expected: body }, { op: 'remove', key }, ...conditions]);
    },
    removal: (id) => ({ op: 'remove', key: stopKey(id) }),
    publish,
    read: state.read,
    follow: state.follow,
  };
};
