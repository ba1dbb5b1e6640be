import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { ensureRedis } from '../support/redis.ts';

// Fails without src/provider/overrides/router.ts; with getters in object literals that are made for each request, of which each
// gets a hidden class of its own; with WeakMaps from requests to what refers to them; and with functions of a request that are
// written right behind an assignment to a property (`token.destroy = () => …`), which V8 places among the old objects.

const script = fileURLToPath(new URL('../support/retained-bytes.ts', import.meta.url));

const measure = async (t: Test, storeUrl: string): Promise<void> => {
  // The hooks of tap that track promises would keep them alive.
  const { NODE_OPTIONS: _, ...env } = process.env;
  const child = fork(script, [storeUrl], { execArgv: ['--expose-gc'], env });
  t.teardown(() => child.kill('SIGKILL'));
  const [retained] = await once(child, 'message');
  for (const [name, bytes] of Object.entries<number>(retained))
    t.ok(bytes < 1_500, `${name}: ${Math.round(bytes)} bytes of each request are among the old objects`);
};

t.setTimeout(280_000);

t.test('the memory of a request is freed in young generation collections', (t) => measure(t, 'memory:'));

t.test('so is the memory of a request with Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  await measure(t, redis.url);
});
