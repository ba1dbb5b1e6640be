import { setInterval, setTimeout } from 'node:timers/promises';
import { collectGarbageAtRest } from '#src/collect-garbage-at-rest.ts';

/** A program that rests, is busy for a second, and rests again. Each line that it prints starts a part. */
const say = (part: string): void => void process.stdout.write(`${part}\n`);
const keepAlive = globalThis.setInterval(() => {}, 60_000);
collectGarbageAtRest({ firstMs: 200, laterMs: 400 });
say('resting');
await setTimeout(2_000);
say('busy');
const end = Date.now() + 1_000;
for await (const _ of setInterval(5)) {
  // What a request allocates, and all of it alive at once, so that the space for new objects grows.
  const requests = Array.from({ length: 200_000 }, (_, n) => ({ n, text: `request ${n}` }));
  if (requests.length === 0 || Date.now() > end) break;
}
say('resting again');
await setTimeout(3_000);
say('end');
clearInterval(keepAlive);
