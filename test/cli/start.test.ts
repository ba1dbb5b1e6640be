import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { runTool } from '../../packaging/run-tool.ts';
import { isReady, startProgram } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(300_000);

const launch = (t: Test, cwd: string, ...args: string[]) => startProgram(t, 'src/main.ts', args, { cwd });

/** Starts where it can't run, and expects one sentence, one exit code and no stack. */
const refusal = async (
  t: Test,
  cwd: string,
  args: string[],
  exit: number,
  sentence: RegExp,
): Promise<void> => {
  const server = launch(t, cwd, ...args);
  const { code } = await server.ended;
  t.equal(code, exit, server.log());
  t.match(server.log(), sentence);
  t.notMatch(server.log(), /\n\s+at /, 'no stack');
};

t.test('each obstacle to starting is reported in one sentence', async (t) => {
  const port = String(await freePort());
  const folder = (name: string): string => t.testdir({ [name]: {} });

  await t.test('a wrong configuration is refused', (t) =>
    refusal(t, folder('a'), ['--set', 'tokens.access_token_tll=60'], 78, /access_token_ttl/),
  );
  await t.test('an address that is not loopback is refused in development', (t) =>
    refusal(t, folder('b'), ['--host', '0.0.0.0', '--port', port], 78, /loopback/),
  );
  await t.test('an occupied port is refused', async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    t.teardown(() => other.close());
    const address = other.address();
    const taken = typeof address === 'object' ? String(address?.port) : '';
    await refusal(t, folder('c'), ['--port', taken], 4, /is taken by another program.*--port/);
  });
  await t.test('a data folder that is a file is refused', async (t) => {
    const cwd = folder('d');
    await writeFile(join(cwd, 'data'), 'a file in its place');
    await refusal(t, cwd, ['--port', port], 1, /data/);
  });
  await t.test('a data folder without write access is refused', async (t) => {
    if (process.getuid?.() === 0) {
      // Root may write into any folder, but a device is not a folder.
      await refusal(
        t,
        folder('e'),
        ['--port', port, '--set', 'store.url=sqlite:/dev/null/postern.db'],
        1,
        /\/dev\/null/,
      );
      return;
    }
    const cwd = folder('e');
    await mkdir(join(cwd, 'data'), { mode: 0o500 });
    await refusal(t, cwd, ['--port', port], 1, /data/);
    await chmod(join(cwd, 'data'), 0o700);
  });
  await t.test('a data folder that can not be created is refused', (t) =>
    refusal(
      t,
      folder('j'),
      ['--port', port, '--set', 'store.url=sqlite:/proc/postern/p.db'],
      1,
      /\/proc\/postern/,
    ),
  );
  await t.test('an unreachable store is refused', async (t) => {
    const nowhere = await freePort();
    await refusal(
      t,
      folder('f'),
      ['--port', port, '--set', `store.url=redis://:a-password@127.0.0.1:${nowhere}`],
      5,
      /(?!.*a-password)Redis/i,
    );
  });
  await t.test('a file that is not a database is refused', async (t) => {
    const cwd = folder('g');
    await writeFile(
      join(cwd, 'broken.db'),
      'this is no database, but long enough to look like one '.repeat(200),
    );
    await refusal(t, cwd, ['--port', port, '--set', 'store.url=sqlite:broken.db'], 1, /broken\.db/);
  });
  await t.test('demo data is refused in production', async (t) => {
    const cwd = folder('h');
    const development = launch(t, cwd, '--port', port, '--set', 'store.url=sqlite:demo.db');
    await development.waitForOutput(/Made for you/);
    await development.stop();
    t.equal((await development.ended).code, 0, 'the server that made it ends well');
    const key = Buffer.alloc(32, 3).toString('base64url');
    const production = ['mode=production', 'store.url=sqlite:demo.db', `security.key_encryption_key=${key}`];
    const flags = production.flatMap((one) => ['--set', one]);
    await refusal(t, cwd, ['--port', port, ...flags], 78, /demo data/);
  });
  await t.test('a missing key encryption key is refused in production', (t) =>
    refusal(t, folder('i'), ['--port', port, '--set', 'mode=production'], 78, /key_encryption_key/),
  );
});

t.test('the secrets of new demo data are printed also when the server has to stop at once', async (t) => {
  const port = await freePort();
  // A hash that takes long, while the server listens already.
  const slow = ['security.password.memory_kib=262144', 'security.password.passes=4'];
  const flags = slow.flatMap((setting) => ['--set', setting]);
  const cwd = t.testdir({});
  const server = launch(t, cwd, '--port', String(port), ...flags);
  await waitFor('the server to listen', () => isReady(`http://localhost:${port}`));
  server.signal('SIGTERM');
  const { code } = await server.ended;
  t.equal(code, 0, server.log());
  t.match(server.log(), /Sign in +demo \/ \S+/);
  t.match(server.log(), /demo-machine \/ \S+/);
  const again = launch(t, cwd, '--port', String(port), ...flags);
  const [, command = ''] = await again.waitForOutput(
    /Forgot the secrets of the demo[\s\S]*?\n {2}(.+ client .+)\n/,
  );
  const { stdout } = await runTool('sh', ['-c', `${command} --json`], cwd);
  t.type(
    JSON.parse(stdout).client_secret,
    'string',
    'the command for a new one works where the server was started',
  );
  await again.stop();
});

t.test('the line that the server prints leads from an empty folder to a first token', async (t) => {
  const cwd = t.testdir();
  const port = await freePort();
  const server = launch(t, cwd, '--port', String(port));
  await server.waitForOutput(/oauth\/device_authorization[^\n]*\n/);
  const lines = server
    .log()
    .split('\n')
    .filter((line) => line.trim().startsWith('curl '));
  t.equal(lines.length, 2);
  const answers = await Promise.all(
    lines.map(async (line) => {
      const curl = spawn('sh', ['-c', line], { stdio: ['ignore', 'pipe', 'inherit'] });
      let text = '';
      curl.stdout.on('data', (chunk) => {
        text += chunk;
      });
      await once(curl, 'close');
      return JSON.parse(text);
    }),
  );
  t.match(answers[0], { token_type: 'Bearer', access_token: /^ey/ });
  t.match(answers[1], { user_code: String, verification_uri: String });
});
