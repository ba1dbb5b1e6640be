/** Commits pairs of documents until the store refuses, and prints how many it acknowledged: `fill-store.ts URL`. */
import { openStore } from '#adapters/index.ts';

const store = await openStore(process.argv[2] ?? '', { clock: { now: () => Date.now() } });
let committed = 0;
let rejection = '';
while (rejection === '') {
  const family = `f${committed}`;
  try {
    await store.commit([
      { op: 'put', key: { kind: 'k', family, id: 'one' }, body: 'x'.repeat(3_000) },
      { op: 'put', key: { kind: 'k', family, id: 'two' }, body: 'x'.repeat(3_000) },
    ]);
    committed++;
  } catch (error) {
    rejection = String(error);
  }
}
await store.close();
console.log(JSON.stringify({ kept: committed, fault: rejection }));
