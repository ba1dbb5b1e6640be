/**
 * The store on Redis or Valkey: one server, servers behind Sentinel, or a Cluster. This folder owns the layout of the
 * data, the connections and what happens when they fail; it doesn't know what the documents mean.
 */
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
import { createObserved } from './observed.ts';
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
  const { url, clock, operationTimeoutMs = 500, deadlineMs = 2_500, prefix = 'postern' } = options;
  const timing: Timing = { operationTimeoutMs, deadlineMs };
  const address = parseAddress(url);
  const names = createKeyNames(prefix);
  const connection = new Connection(address, timing);
  await connection.open(deadlineMs);

  const serverClock = new ServerClock(connection, operationTimeoutMs);
  await serverClock.measure();
  connection.onReady(() => void serverClock.measure());
  const inDoubt = new InDoubtCommits({ connection, names, clock, timing });
  const base = { connection, names, clock, inDoubt, timing };
  const documents = createDocuments(base);
  // These names are labels of metrics and spans, so they keep the spelling of former releases.
  const observed = createObserved(options.observe);
  const lists = createLists({ ...base, documents, observe: observed('list') });
  const commit = createCommits({ ...base, serverClock, observe: observed('commit') });
  const dump = createDump({ ...base, documents, lists });
  const load = createLoad({ ...base, documents });
  const increment = createIncrement(connection, names, timing);
  const subscriber = new Subscriber(connection, names, timing);

  let closing: Promise<void> | undefined;
  return {
    read: observed('read')(documents.read),
    commit,
    list: lists.list,
    find: lists.find,
    increment: observed('tally')(increment),
    publish: observed('announce')((topic, message) => subscriber.publish(topic, message)),
    subscribe: (topic, listener) => subscriber.subscribe(topic, listener),
    version: () => undefined,
    ping: observed('ping')(() => ping(connection, operationTimeoutMs)),
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
