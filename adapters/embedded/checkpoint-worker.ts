/** A thread of its own that moves the write-ahead log into the file when told to, and ends when it is not needed. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const idleMs = 30_000;

const db = new DatabaseSync(workerData);
// Passive: neither readers nor writers ever wait for it.
const checkpoint = db.prepare('PRAGMA wal_checkpoint(PASSIVE)');

const end = (): void => {
  clearTimeout(idle);
  db.close();
  parentPort?.close();
};
const idle = setTimeout(end, idleMs);

parentPort?.on('message', (message) => {
  if (message === 'end') {
    end();
    return;
  }
  idle.refresh();
  let pages = 0;
  try {
    // Each pass is left with what was written during the one before it: less every time.
    for (let pass = 0; pass < 3; pass++) pages = Number(checkpoint.get()?.['log'] ?? 0);
  } catch {
    // Locked or failing: the next one will do, and the connection that writes has its own limit.
  }
  parentPort?.postMessage(pages);
});
