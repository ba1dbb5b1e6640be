/** A process that consumes one code many times at once when it receives a message: `consume-race-process.ts URL FAMILY COUNT`. */
import { openStore } from '#adapters/index.ts';
import { Conflict } from '#src/store/errors.ts';

const [url = '', family = '', count = '0'] = process.argv.slice(2);
// The long timeout keeps a busy machine from turning lost races into time-outs.
const store = await openStore(url, { clock: { now: () => Date.now() }, operationTimeoutMs: 10_000 });

process.on('message', async () => {
  const results = await Promise.allSettled(
    Array.from({ length: Number(count) }, (_, i) =>
      store.commit([
        { op: 'consume', key: { kind: 'code', family, id: 'code' }, at: Date.now() },
        { op: 'insert', key: { kind: 'access', family, id: `${process.pid}-${i}` }, body: 'token' },
      ]),
    ),
  );
  const counts = { won: 0, consumed: 0, other: 0, tokens: [] as string[] };
  for (const [i, result] of results.entries()) {
    if (result.status === 'fulfilled') {
      counts.won++;
      counts.tokens.push(`${process.pid}-${i}`);
    } else if (result.reason instanceof Conflict && result.reason.reason === 'consumed') counts.consumed++;
    else counts.other++;
  }
  await store.close();
  process.send?.(counts, () => process.disconnect());
});
process.send?.('ready');
