import { Worker } from 'node:worker_threads';
import type { HashFormat } from './hash-format.ts';

/** Costs above 15 are refused: cost 15 takes about two seconds of one core in JavaScript. */
const pattern = /^\$2[aby]\$(0[4-9]|1[0-5])\$[./A-Za-z0-9]{53}$/;

/** Verifies in a worker thread, because bcryptjs would block the event loop. */
export const bcryptFormat: HashFormat = {
  name: 'bcrypt',
  accepts: (hash) => pattern.test(hash),
  verify: (hash, password) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./bcrypt-thread.ts', import.meta.url), {
        workerData: { hash, password },
      });
      worker.once('message', (matches) => resolve(matches === true));
      worker.once('error', reject);
      worker.once('exit', () => resolve(false));
    }),
};
