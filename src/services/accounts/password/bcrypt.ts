import type { HashFormat } from './hash-format.ts';
import { startBcryptThread } from './start-bcrypt-thread.ts';

/** Cost 15 takes about two seconds of one core in JavaScript. */
const maxCost = 15;
const pattern = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** Verifies in a worker thread, because bcryptjs would block the event loop. */
export const bcryptFormat: HashFormat = {
  name: 'bcrypt',
  limits: `cost ${maxCost}`,
  judge(hash) {
    const cost = pattern.exec(hash)?.[1];
    if (cost === undefined) return 'unknown';
    return Number(cost) <= maxCost ? 'accepted' : 'too costly';
  },
  verify: (hash, password) =>
    new Promise((resolve, reject) => {
      const worker = startBcryptThread({ hash, password });
      worker.once('message', (matches) => resolve(matches === true));
      worker.once('error', reject);
      worker.once('exit', () => resolve(false));
    }),
  costOf: (hash) => 2 ** (Number(pattern.exec(hash)?.[1] ?? 0) - maxCost),
  decoyOf(hash) {
    const cost = pattern.exec(hash)?.[1];
    return cost === undefined ? undefined : `$2b$${cost}$${'.'.repeat(53)}`;
  },
};
