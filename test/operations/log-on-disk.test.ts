import { readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { startServerProcess } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.test("a log on a full disk waits for space, and the server doesn't wait for the log", async (t) => {
  // The buffer is large enough for everything that waits, so that all of it can be checked.
  const blocks = 256;
  const output = join(t.testdir(), 'postern.log');
  const server = await startServerProcess(t, {
    config: { store: { url: 'memory:' } },
    fileBlocks: blocks,
    output,
  });
  const refused = async (): Promise<string> => {
    const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST' });
    await answer.body?.cancel();
    if (answer.status !== 400) t.fail(`answered ${answer.status}`);
    return answer.headers.get('x-request-id') ?? '';
  };
  const fill = () =>
    waitFor('the log to be full', async () => {
      for (let n = 0; n < 20; n++) await refused();
      return statSync(output).size === blocks * 512;
    });

  await fill();
  for (let n = 0; n < 20; n++) await refused();
  truncateSync(output);
  const recorded = await refused();
  await waitFor('the log to go on', () => readFileSync(output, 'utf8').includes(recorded));

  await fill();
  server.signal('SIGTERM');
  t.same(await server.ended, { code: 0, signal: null }, 'it does not wait for space to log more');
});
