import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { isReady, startProgram } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(180_000);

t.test('a server without work collects what its start left, once', async (t) => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const settings = ['--port', String(port), '--set', `issuer=${url}`, '--set', 'demo=false'];
  const nodeOptions = ['--trace-gc'];
  const server = startProgram(t, 'src/main.ts', settings, { cwd: t.testdir({}), nodeOptions });
  await waitFor('the server is ready', () => isReady(url));
  const collections = () => server.out().match(/Mark-Compact .* low memory notification/g) ?? [];
  await waitFor('a full collection', () => collections().length > 0);
  t.ok(await isReady(url), 'requests are answered after it');
  await sleep(500);
  const found = collections().length;
  await sleep(3_000);
  t.equal(collections().length, found, 'no other one follows');
  await server.stop();
  t.equal((await server.ended).code, 0, 'the server stops as always');
});
