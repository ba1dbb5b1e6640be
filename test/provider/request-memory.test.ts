import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';

// Fails without src/provider/overrides/router.ts.

const script = fileURLToPath(new URL('../support/retained-bytes.ts', import.meta.url));

t.test('the memory of a request is freed in young generation collections', async (t) => {
  // The hooks of tap that track promises would keep them alive.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(script, { execArgv: ['--expose-gc'], env });
  t.teardown(() => child.kill('SIGKILL'));
  const [each] = await once(child, 'message');
  t.ok(each < 2_500, `${Math.round(each)} bytes of each request are among the old objects`);
});
