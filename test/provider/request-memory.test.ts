import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t from 'tap';

// Fails without src/provider/overrides/router.ts; with getters in object literals that are made for each request, of which each
// gets a hidden class of its own; and with WeakMaps from requests to what refers to them.

const script = fileURLToPath(new URL('../support/retained-bytes.ts', import.meta.url));

t.test('the memory of a request is freed in young generation collections', async (t) => {
  // The hooks of tap that track promises would keep them alive.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(script, { execArgv: ['--expose-gc'], env });
  t.teardown(() => child.kill('SIGKILL'));
  const [retained] = await once(child, 'message');
  for (const [name, bytes] of Object.entries<number>(retained))
    t.ok(bytes < 2_500, `${name}: ${Math.round(bytes)} bytes of each request are among the old objects`);
});
