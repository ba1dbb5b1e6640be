import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { isReady, startProgram } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(180_000);

const busyThenResting = fileURLToPath(new URL('./busy-then-resting.ts', import.meta.url));

const fullCollections = /Mark-Compact .* low memory notification/g;

/** V8 repeats a collection of this kind until it finds nothing more, twice to seven times. */
const mostForOne = 7;

t.test('a process that was busy collects what that left, once, and no earlier than it rests', async (t) => {
  const program = startProgram(t, busyThenResting, [], { nodeOptions: ['--trace-gc'] });
  t.equal((await program.ended).code, 0);
  const parts = program.out().split(/^(?:resting|busy|resting again|end)$/m);
  const [, start = '', busy = '', rest = ''] = parts;
  const found = [start, busy, rest].map((part) => part.match(fullCollections)?.length ?? 0);
  t.ok((found[0] ?? 0) > 0, 'the garbage of the start is collected');
  t.equal(found[1], 0, 'no request waits for a full collection');
  t.ok((found[2] ?? 0) > 0, 'the garbage of the busy time is collected');
  t.ok((found[2] ?? 0) <= mostForOne, 'that is done once');
});

t.test('a server without work collects what its start left, once', async (t) => {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const settings = ['--port', String(port), '--set', `issuer=${url}`, '--set', 'demo=false'];
  const nodeOptions = ['--trace-gc'];
  const server = startProgram(t, 'src/main.ts', settings, { cwd: t.testdir({}), nodeOptions });
  await waitFor('the server is ready', () => isReady(url));
  const collections = () => server.out().match(fullCollections) ?? [];
  await waitFor('a full collection', () => collections().length > 0);
  t.ok(await isReady(url), 'requests are answered after it');
  await sleep(500);
  const found = collections().length;
  await sleep(3_000);
  t.equal(collections().length, found, 'no other one follows');
  await server.stop();
  t.equal((await server.ended).code, 0, 'the server stops as always');
});
