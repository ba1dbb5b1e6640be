/**
 * The store on Redis or Valkey: one server, servers behind Sentinel, or a Cluster. This folder owns the layout of the
 * data, the connections and what happens when they fail; it doesn't know what the documents mean.
 */
import { Conflict } from '#src/store/errors.ts';
import type { Clock, OnStoreOperation, Store } from '#src/store/port.ts';
import { parseAddress } from './address.ts';
import { createCommits } from './commits.ts';
import { Connection } from './connection.ts';
import { createDocuments } from './documents.ts';
import type { Timing } from './driver.ts';
import { createDump } from './dump.ts';
import { InDoubtCommits } from './in-doubt.ts';
import { createIncrement } from './increment.ts';
import { inspect } from './inspect.ts';
import { createKeyNames } from './key-names.ts';
import { createLists } from './lists.ts';
import { createLoad } from './load.ts';
import { ping } from './ping.ts';
import { ServerClock } from './server-clock.ts';
import { readSpace } from './space.ts';
import { Subscriber } from './subscriber.ts';

interface Options {
  readonly url: string;
  readonly clock: Clock;
  readonly observe?: OnStoreOperation;
  readonly operationTimeoutMs?: number;
  readonly deadlineMs?: number;
  /** The beginning of all keys, so that several installations can share a server. */
  readonly prefix?: string;
}

/** Fails with `StoreUnusable` if an operator must fix something first, and with `StoreUnavailable` otherwise. */
export const openRedis = async (options: Options): Promise<Store> => {
  const { url, clock, observe, operationTimeoutMs = 500, deadlineMs = 3_000, prefix = 'postern' } = options;
  const timing: Timing = { operationTimeoutMs, deadlineMs };
  const address = parseAddress(url);
  const names = createKeyNames(prefix);
  const connection = new Connection(address, timing);
  await connection.open(deadlineMs);

  const observed =
    (operation: string) =>
    async <T>(work: () => Promise<T>): Promise<T> => {
      if (!observe) return work();
      const started = performance.now();
      const report = (outcome: Parameters<OnStoreOperation>[2]): void =>
        observe(operation, performance.now() - started, outcome);
      try {
        const result = await work();
        report('ok');
        return result;
      } catch (error) {
        report(error instanceof Conflict ? 'conflict' : 'unavailable');
        throw error;
      }
    };

  const serverClock = new ServerClock(connection, operationTimeoutMs);
  await serverClock.measure();
  connection.onReady(() => void serverClock.measure());
  const inDoubt = new InDoubtCommits(connection, timing);
  const base = { connection, names, clock, inDoubt, timing };
  const documents = createDocuments(base);
  const lists = createLists({ ...base, documents, observe: observed('list') });
  const commit = createCommits({ ...base, serverClock, observe: observed('commit') });
  const dump = createDump({ ...base, documents, lists });
  const load = createLoad({ ...base, documents });
  const increment = createIncrement(connection, names, timing);
  const subscriber = new Subscriber(connection, names, timing);
  // These names are labels of metrics and spans, so they keep the spelling of former releases.
  const observeRead = observed('read');
  const observeIncrement = observed('tally');
  const observePublish = observed('announce');
  const observePing = observed('ping');

  let closing: Promise<void> | undefined;
  return {
    read: async (keys) => (keys.length === 0 ? [] : observeRead(() => documents.read(keys))),
    commit: async (writes) => (writes.length === 0 ? undefined : commit(writes)),
    list: lists.list,
    increment: async (counters, windowMs) =>
      counters.length === 0 ? [] : observeIncrement(() => increment(counters, windowMs)),
    publish: (topic, message) => observePublish(() => subscriber.publish(topic, message)),
    subscribe: (topic, listener) => subscriber.subscribe(topic, listener),
    ping: () => observePing(() => ping(connection, operationTimeoutMs)),
    inspect: () => inspect(connection, operationTimeoutMs),
    space: () => readSpace(connection, operationTimeoutMs),
    dump,
    load,
    close: () => {
      closing ??= (async () => {
        if (inDoubt.hasCommits) await inDoubt.undoAll();
        inDoubt.close();
        subscriber.close();
        await connection.close(operationTimeoutMs);
      })();
      return closing;
    },
  };
};
