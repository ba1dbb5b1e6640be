/**
 * Writes so much that a checkpoint is due, lets it expire, and prints how many commits failed and how many records are
 * left: `write-past-checkpoint.ts PATH`.
 */
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEmbedded } from '#adapters/embedded/index.ts';

const path = process.argv[2] ?? '';
let now = 1_000_000;
const store = await openEmbedded({ path, clock: { now: () => now } });
let failed = 0;
for (let n = 0; n < 1_200; n++) {
  const key = { kind: 'k', family: `f${n}`, id: '' };
  await store.commit([{ op: 'put', key, body: 'b', expiresAt: now + 1_000 }]).catch(() => {
    failed++;
  });
}
now += 3_600_000;
const db = new DatabaseSync(path, { readOnly: true });
const count = (): number => Number(db.prepare('SELECT count(*) AS n FROM documents').get()?.['n']);
for (let waited = 0; count() > 0 && waited < 10_000; waited += 100) await sleep(100);
console.log(JSON.stringify({ failed, left: count() }));
db.close();
await store.close();
