/** A thread that copies the write-ahead log into the file on request, and ends when it has been idle. */
import { DatabaseSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

const idleMs = 30_000;

const db = new DatabaseSync(workerData);
// A passive checkpoint blocks neither readers nor writers.
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
    // Each pass copies what was written during the pass before it, which is less every time.
    for (let pass = 0; pass < 3; pass++) pages = Number(checkpoint.get()?.['log'] ?? 0);
  } catch {
    // The file is locked or the disk fails. The next checkpoint tries again, and SQLite's own limit still applies.
  }
  parentPort?.postMessage(pages);
});
