/**
 * The store on Redis or Valkey: one server, behind Sentinel, or a Cluster. Owns the form of what lies there, the
 * connections and what happens when they fail. Knows nothing of what the texts mean.
 */
import { Conflict } from '#src/store/errors.ts';
import type { Clock, Observe, Store } from '#src/store/port.ts';
import { parseAddress } from './address.ts';
import { createCommits } from './commits.ts';
import { createDocuments } from './documents.ts';
import type { Timing } from './driver.ts';
import { createDump } from './dump.ts';
import { inspect } from './inspect.ts';
import { createNames } from './keys.ts';
import { Link } from './link.ts';
import { createLists } from './lists.ts';
import { createLoad } from './load.ts';
import { ping } from './ping.ts';
import { ServerClock } from './server-clock.ts';
import { createTally } from './tally.ts';
import { Undecided } from './undecided.ts';
import { Wires } from './wires.ts';

interface Options {
  readonly url: string;
  readonly clock: Clock;
  readonly observe?: Observe;
  readonly operationTimeoutMs?: number;
  readonly deadlineMs?: number;
  /** Of all keys; several installations can share a server. */
  readonly prefix?: string;
}

/** Fails with `Unusable` for what an operator must mend first, with `Unavailable` when it may pass. */
export const openRedis = async (options: Options): Promise<Store> => {
  const { url, clock, observe, operationTimeoutMs = 500, deadlineMs = 3_000, prefix = 'postern' } = options;
  const timing: Timing = { operationTimeoutMs, deadlineMs };
  const address = parseAddress(url);
  const names = createNames(prefix);
  const link = new Link(address, timing);
  await link.open(deadlineMs);

  const traced =
    (operation: string) =>
    async <T>(work: () => Promise<T>): Promise<T> => {
      if (!observe) return work();
      const started = performance.now();
      const tell = (outcome: Parameters<Observe>[2]): void =>
        observe(operation, performance.now() - started, outcome);
      try {
        const result = await work();
        tell('ok');
        return result;
      } catch (error) {
        tell(error instanceof Conflict ? 'conflict' : 'unavailable');
        throw error;
      }
    };

  const serverClock = new ServerClock(link, operationTimeoutMs);
  await serverClock.measure();
  link.onReady(() => void serverClock.measure());
  const undecided = new Undecided(link, timing);
  const base = { link, names, clock, undecided, timing };
  const documents = createDocuments(base);
  const lists = createLists({ ...base, documents, trip: traced('list') });
  const commit = createCommits({ ...base, serverClock, trip: traced('commit') });
  const dump = createDump({ ...base, documents, lists });
  const load = createLoad({ ...base, documents });
  const tally = createTally(link, names, timing);
  const wires = new Wires(link, names, timing);
  const reading = traced('read');
  const tallying = traced('tally');
  const announcing = traced('announce');
  const pinging = traced('ping');

  let closing: Promise<void> | undefined;
  return {
    read: async (keys) => (keys.length === 0 ? [] : reading(() => documents.read(keys))),
    commit: async (writes) => (writes.length === 0 ? undefined : commit(writes)),
    list: lists.list,
    tally: async (counters, windowMs) =>
      counters.length === 0 ? [] : tallying(() => tally(counters, windowMs)),
    announce: (topic, message) => announcing(() => wires.announce(topic, message)),
    watch: (topic, listener) => wires.watch(topic, listener),
    ping: () => pinging(() => ping(link, operationTimeoutMs)),
    inspect: () => inspect(link, operationTimeoutMs),
    dump,
    load,
    close: () => {
      closing ??= (async () => {
        if (undecided.some) await undecided.settle();
        undecided.close();
        wires.close();
        await link.close(operationTimeoutMs);
      })();
      return closing;
    },
  };
};
