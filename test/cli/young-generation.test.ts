import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import t from 'tap';

const run = promisify(execFile);

/** Keeps a part of the new objects, so that each collection has something to copy. */
const program = `
  await import(${JSON.stringify(new URL('../../src/cli/young-generation.ts', import.meta.url).href)}).then((heap) => heap.collectOnOneThread());
  let kept = [];
  for (let n = 0; n < 2e6; n++) {
    kept.push({ n, text: 'text ' + n });
    if (kept.length > 20_000) kept = [];
  }
`;

t.test('no helper thread takes part in collections of new objects', async (t) => {
  const { stdout } = await run(process.execPath, [
    '--max-semi-space-size=1',
    '--trace-gc-nvp',
    '--input-type=module',
    '--eval',
    program,
  ]);
  const collections = stdout.split('\n').filter((line) => line.includes(' gc=s '));
  t.ok(collections.length > 20);
  // The first ones precede the call.
  const shared = collections
    .slice(10)
    .filter((line) => !line.includes(' background.scavenge.parallel=0.00 '));
  t.strictSame(shared, []);
});
