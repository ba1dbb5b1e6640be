import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';

// A warm server drops about 250 functions without `keepLatestRequests`, and 50 with it. A busy machine compiles fewer.
const mostDropped = 120;

t.setTimeout(300_000);

const script = fileURLToPath(new URL('../support/compiled-code.ts', import.meta.url));

t.test('a server that rests keeps the compiled code of its requests', async (t) => {
  // The hooks of tap that track promises would keep objects alive.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--trace-deopt', script], {
    env,
    maxBuffer: 100_000_000,
  });
  const [, afterwards] = stdout.split('the server rests\n');
  t.ok(afterwards?.includes('weak objects cleared'), 'the collection is one that drops compiled code');
  const dropped = afterwards?.match(/embedded weak objects cleared/g) ?? [];
  t.ok(dropped.length < mostDropped, `V8 drops ${dropped.length} functions`);
});
