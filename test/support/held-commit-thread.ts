import { parentPort, workerData } from 'node:worker_threads';
import { openRedis } from '#adapters/redis/index.ts';
import { Conflict } from '#src/store/errors.ts';
import type { HeldCommitData } from './held-commit.ts';
import { longTimeouts } from './wait-for.ts';

const { url, prefix, writes, trips, released }: HeldCommitData = workerData;
let made = 0;
const store = await openRedis({
  url,
  prefix,
  clock: { now: () => Date.now() },
  ...longTimeouts,
  observe: (operation) => {
    if (operation === 'commit') made += 1;
    if (made !== trips) return;
    parentPort?.postMessage('held');
    // The next trip begins only when this thread goes on.
    Atomics.wait(released, 0, 0);
  },
});
try {
  await store.commit(writes);
  parentPort?.postMessage('committed');
} catch (error) {
  parentPort?.postMessage(error instanceof Conflict ? error.reason : String(error));
}
