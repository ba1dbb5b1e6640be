/** Commits pairs of documents until the store takes no more, and tells how many it acknowledged: `fill-store.ts URL`. */
import { openStore } from '#adapters/index.ts';

const store = await openStore(process.argv[2] ?? '', { clock: { now: () => Date.now() } });
let kept = 0;
let fault = '';
while (fault === '') {
  const family = `f${kept}`;
  try {
    await store.commit([
      { op: 'put', key: { kind: 'k', family, id: 'one' }, body: 'x'.repeat(3_000) },
      { op: 'put', key: { kind: 'k', family, id: 'two' }, body: 'x'.repeat(3_000) },
    ]);
    kept++;
  } catch (error) {
    fault = String(error);
  }
}
await store.close();
console.log(JSON.stringify({ kept, fault }));
