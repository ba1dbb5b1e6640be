import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { link, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { hashSync } from 'bcryptjs';
import t, { type Test } from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { buildBundle } from '../../packaging/build-bundle.ts';
import { blocksRunBy } from '../docs/command-blocks.ts';
import { startScript } from '../docs/run-script.ts';
import { assertion, assertionType, newKey } from '../support/proofs.ts';
import { startRedis } from '../support/redis-server.ts';
import { Browser } from '../support/setup/browser.ts';
import { password, RelyingParty, usualConfig } from '../support/setup/relying-party.ts';
import { startSmtp } from '../support/smtp-server.ts';
import {
  assertLatePages,
  assertSignIn,
  environment,
  type Installed,
  startInstalled,
} from './start-installed.ts';

// The bundle is built and started many times, which a busy machine takes a while for.
t.setTimeout(300_000);

const run = promisify(execFile);

/** Outside the checkout, so that none of its packages is found. */
const folder = await mkdtemp(join(tmpdir(), 'postern-bundle-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const file = await buildBundle(folder);

const emptyFolder = (): Promise<string> => mkdtemp(join(folder, 'empty-'));

const postern = (args: readonly string[], env: Readonly<Record<string, string>> = environment) =>
  run(process.execPath, [file, ...args], { cwd: folder, env: { ...env } });

t.test('the command says its version, with and without a home', async (t) => {
  const checkout = resolve(import.meta.dirname, '../..');
  const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  t.match((await postern(['version'])).stdout, version);
  t.match((await run(file, ['version'], { env: environment })).stdout, version, 'the file is executable');
  await t.rejects(postern(['--set', 'no.such=1', 'config', 'check']), { code: 78 });
});

t.test('it names the licenses of the packages inside', async (t) => {
  const licenses = await readFile(join(folder, 'postern.cjs.licenses.txt'), 'utf8');
  for (const name of ['oidc-provider', 'fastify', 'ioredis', 'bcryptjs', '@picocss/pico'])
    t.match(licenses, new RegExp(`^${name} \\d`, 'm'));
  t.match(licenses, /Permission is hereby granted, free of charge/);
});

t.test('compiled code is kept only where the operator says', async (t) => {
  const [home, cache] = [await emptyFolder(), await emptyFolder()];
  await postern(['version'], { ...environment, HOME: home, TMPDIR: home });
  t.same(await readdir(home), []);
  await postern(['version'], { ...environment, NODE_COMPILE_CACHE: cache });
  t.equal((await readdir(cache)).length, 1);
});

t.test('the compile cache holds the functions that a start calls', async (t) => {
  const cache = await emptyFolder();
  // tap puts a hook into NODE_OPTIONS of each process that is started, and the cache would hold its modules too.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, file, 'version'];
  await run('env', args, { cwd: folder, env: { ...environment, NODE_COMPILE_CACHE: cache } });
  const entries = await readdir(cache, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size),
  );
  t.equal(sizes.length, 1, 'one file');
  const [size = 0] = sizes;
  t.ok(size > 2_500_000, `without them it has 1.1 MB: ${size} bytes`);
});

t.test('the file is ASCII, so that its text takes one byte of memory for each character', async (t) => {
  t.notMatch(await readFile(file, 'latin1'), /[^\0-\x7f]/);
});

/** The bundle leaves out most media types, and puts off what formats the lists of words in messages. */
const assertRefusals = async (t: Test, issuer: string): Promise<void> => {
  const get = (accept: string) =>
    fetch(`${issuer}/oauth/authorize?client_id=a&client_id=b&scope=a&scope=b`, { headers: { accept } });
  const json = await get('application/json');
  t.match(json.headers.get('content-type'), 'application/json; charset=utf-8');
  t.match(await json.json(), {
    error_description: "'client_id' and 'scope' parameters must not be provided twice",
  });
  const page = await get('text/html,*/*;q=0.8');
  t.match(page.headers.get('content-type'), 'text/html; charset=utf-8');
};

const signIn = async (t: Test, how: Pick<Installed, 'config' | 'accounts'>): Promise<void> => {
  const { issuer, child, ended } = await startInstalled(t, { file, folder: await emptyFolder(), ...how });
  const browser = await assertSignIn(t, issuer);
  await assertLatePages(t, issuer, browser);
  await assertRefusals(t, issuer);
  child.kill('SIGTERM');
  t.equal(await ended, 0, 'it ends by itself');
};

t.test('a code is redeemed on SQLite, with a password that a thread verifies', async (t) => {
  const [ada] = usualConfig.accounts;
  const { password: _, ...rest } = ada ?? { password };
  await signIn(t, { accounts: [{ ...rest, password_hash: hashSync(password, 4) }] });
});

t.test('a code is redeemed on Redis, with two workers and readable log lines', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.close());
  await signIn(t, {
    config: { store: { url: redis.url }, listen: { workers: 2 }, log: { format: 'pretty' } },
  });
});

t.test('it fetches the keys of a client, and sends mail', async (t) => {
  const key = await newKey();
  const site = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [key.jwk] }));
  }).listen(0, '127.0.0.1');
  await once(site, 'listening');
  const smtp = await startSmtp();
  t.teardown(async () => {
    site.close();
    site.closeAllConnections();
    await smtp.close();
  });
  const address = site.address();
  const cwd = await emptyFolder();
  const { issuer } = await startInstalled(t, {
    file,
    folder: cwd,
    clients: [
      {
        client_id: 'signer',
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        jwks_uri: `http://127.0.0.1:${typeof address === 'object' && address?.port}/jwks`,
      },
    ],
    config: { mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@example.com' } },
  });
  const granted = await new RelyingParty(issuer, 'signer', '').post('/oauth/token', {
    grant_type: 'client_credentials',
    client_assertion_type: assertionType,
    client_assertion: await assertion(key, 'signer', issuer),
  });
  t.match(granted, { status: 200, body: { access_token: String } });
  const claims = ['email="grace@example.com"', 'email_verified=true'].flatMap((one) => ['--claim', one]);
  await run(process.execPath, [file, 'account', 'add', 'grace', '--generate', '--permanent', ...claims], {
    cwd,
    env: environment,
  });
  const browser = new Browser();
  await browser.submit(await browser.open(`${issuer}/account/forgot`), { login: 'grace' });
  t.match(await smtp.next('grace@example.com'), { from: 'id@example.com', raw: `${issuer}/account/reset/` });
});

t.test('the command of the installation page starts it with demo data and a first token', async (t) => {
  const blocks = blocksRunBy('test/packaging/bundle.test.ts', 'docs/operations/install.md');
  const cwd = await emptyFolder();
  await link(file, join(cwd, 'postern.cjs'));
  const port = String(await freePort());
  const started = startScript(blocks.take('node postern.cjs start'), {
    cwd,
    env: {
      ...environment,
      PATH: [dirname(process.execPath), environment.PATH].join(delimiter),
      // Another program may have the port of the page.
      POSTERN_LISTEN__PORT: port,
      POSTERN_ISSUER: `http://localhost:${port}`,
    },
  });
  t.teardown(() => started.end());
  const [, command = ''] = await started.waitForOutput(/A first token:\s+(curl .+)/);
  const { stdout } = await run('sh', ['-c', command], { env: environment });
  t.match(JSON.parse(stdout), { access_token: String, token_type: 'Bearer' });
  t.same(blocks.left(), []);
});

t.test('a new password is compared with the list of common ones', async (t) => {
  const child = promisify(execFile)(
    'sh',
    ['-c', 'echo password1234 | "$0" "$1" account add grace', process.execPath, file],
    {
      cwd: await emptyFolder(),
      env: environment,
    },
  );
  await t.rejects(child, /among the first that attackers try/);
});
