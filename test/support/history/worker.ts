/** One process of the history test, which runs until it is sent `stop`: `worker.ts URL PREFIX LOG NUMBER STARTED`. */
import { openSync } from 'node:fs';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { openStore } from '#adapters/index.ts';
import { Conflict, StoreUnavailable } from '#src/store/errors.ts';
import { type Action, createLog, type Outcome } from './log.ts';
import { commits, familyEveryMs, familyName, keys, sessionEveryMs, sessionName, turns } from './model.ts';

const [url = '', prefix = '', path = '', number = '', since = ''] = process.argv.slice(2);
let started = Number(since);
const log = createLog(openSync(path, 'a'));
const store = await openStore(url, { clock: { now: () => Date.now() }, prefix });
let marks = Number(number) * 1_000_000;
let stopping = false;
let withoutPauses = false;

const randomBelow = (count: number): number => Math.floor(Math.random() * count);
const family = (nearest: number, spread: number): string =>
  familyName(Math.max(0, Math.floor((Date.now() - started) / familyEveryMs) - nearest - randomBelow(spread)));

const outcomeOf = async (work: Promise<unknown>): Promise<Outcome> =>
  work.then(
    () => 'ok',
    (error: unknown) => {
      if (error instanceof Conflict) return error.reason;
      if (error instanceof StoreUnavailable) return 'unavailable';
      throw error;
    },
  );

const attempt = async (action: Action, about: string, turn?: number): Promise<void> => {
  const mark = ++marks;
  log.invoke({ mark, action, about, ...(turn === undefined ? {} : { turn }) });
  if (action === 'look') {
    let found = false;
    const looked = store.read([keys.code(about)]).then(([code]) => {
      found = code !== undefined;
    });
    const outcome = await outcomeOf(looked);
    return log.answer(mark, outcome, found);
  }
  const writes =
    action === 'refresh' ? commits.refresh(about, mark, turn ?? 0) : commits[action](about, mark);
  log.answer(mark, await outcomeOf(store.commit(writes)));
};

const runRandomAction = async (): Promise<void> => {
  const choice = randomBelow(100);
  if (choice < 20) return attempt('issue', family(0, 2));
  if (choice < 50) return attempt('redeem', family(0, 4));
  if (choice < 75) return attempt('refresh', family(1, 12), randomBelow(turns));
  if (choice < 90) return attempt('merge', sessionName(Math.floor((Date.now() - started) / sessionEveryMs)));
  if (choice < 93) return attempt('revoke', family(2, 12));
  return attempt('look', family(0, 12));
};

const client = async (): Promise<void> => {
  while (!stopping) {
    await runRandomAction();
    await (withoutPauses ? setImmediate() : sleep(randomBelow(4)));
  }
};

const begin = Promise.withResolvers<void>();
process.on('message', (message) => {
  if (message === 'stop') stopping = true;
  else if (message === 'hurry') withoutPauses = true;
  else if (typeof message === 'object' && message !== null && 'started' in message) {
    started = Number(message.started);
    begin.resolve();
  }
});
process.send?.('ready');
// The first workers start together; a replacement starts at once.
if (started > Date.now()) await begin.promise;
await Promise.all(Array.from({ length: 4 }, client));
await store.close();
process.disconnect();
