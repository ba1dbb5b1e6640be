/**
 * `npm run test:upgrade`: runs 0.1.0, built from its commit, beside this release and before it. It needs the history of
 * the repository and the registry, so it is not part of `npm test`.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { stringify } from 'yaml';
import { steps } from '#adapters/embedded/schema.ts';
import { freePort } from '#src/testing/free-port.ts';
import { startBalancer } from '../support/balancer.ts';
import { startRedis } from '../support/redis-server.ts';
import { type Child, startChild } from '../support/setup/child.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  usualConfig,
} from '../support/setup/index.ts';
import { waitUntilReady, writeSettings } from '../support/setup/server-process.ts';
import { longStoreTimeouts, waitFor } from '../support/wait-for.ts';
import { installRelease } from './release.ts';

t.setTimeout(600_000);

t.comment('installing 0.1.0 from its commit');
const former = await installRelease('0.1.0');
t.teardown(former.remove);
const main = { former: former.main, current: 'src/cli/main.ts' };

const people = ['ada', 'grace', 'joan'];
/** Fewer sign-ins in a minute than the limit of one account, on a machine of any speed. */
const betweenSignInsMs = 1_500;

const settings = {
  ...usualConfig,
  accounts: people.map((username) => ({ username, password })),
  demo: false,
  log: { level: 'info', format: 'json' },
  security: {
    password: { memory_kib: 8192, passes: 1 },
    key_encryption_key: Buffer.alloc(32, 7).toString('base64url'),
  },
};

/** Both releases read one file, so it has no key that only one of them knows. */
const folderWith = (t: Test, more: Readonly<Record<string, unknown>>): Promise<string> =>
  writeSettings((cwd) => {
    t.teardown(() => rm(cwd, { recursive: true, force: true }));
    return { ...settings, store: { url: `sqlite:${join(cwd, 'store.db')}` }, ...more };
  });

const start = async (t: Test, file: string, cwd: string, port: number): Promise<Child> => {
  const child = startChild(file, ['start', '--port', String(port)], { cwd });
  t.teardown(child.kill);
  await waitUntilReady(`http://localhost:${port}`, child);
  return child;
};

const scope = { scope: 'openid offline_access', prompt: 'consent' };

t.test('over Redis both releases serve side by side, and no request fails', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.close());
  const [front, one, two] = [await freePort(), await freePort(), await freePort()];
  const cwd = await folderWith(t, {
    issuer: `http://localhost:${front}`,
    proxy: { trusted: ['127.0.0.1'] },
    // As in production. Without it a server closes connections before the proxy knows that it stops.
    listen: { drain_seconds: 3 },
    // A store that is slow on a busy machine is not what this is about.
    store: {
      url: redis.url,
      ...longStoreTimeouts,
    },
  });
  const old = await start(t, main.former, cwd, one);
  const balancer = await startBalancer(front, [one, two]);
  t.teardown(() => balancer.close());
  const party = new RelyingParty(balancer.url);

  const failures: string[] = [];
  let done = 0;
  let running = true;
  const expect = (what: string, holds: boolean, answer: unknown): void => {
    done += 1;
    if (!holds) failures.push(`${what}: ${JSON.stringify(answer)}`);
  };
  const use = async (login: string): Promise<void> => {
    const browser = new Browser();
    while (running) {
      const until = performance.now() + betweenSignInsMs;
      const { code, verifier } = await codeFor(party, browser, scope, login);
      const redeemed = await party.redeem(code, verifier);
      expect('code', redeemed.status === 200, redeemed);
      let token = redeemed.body['refresh_token'];
      do {
        const next = await party.refresh(String(token));
        expect('refresh', next.status === 200, next);
        token = next.body['refresh_token'];
        const shown = await party.post('/oauth/introspect', { token: String(next.body['access_token']) });
        expect('introspection', shown.body['active'] === true, shown);
      } while (running && performance.now() < until);
    }
  };
  const load = people.map((login) => use(login).catch((error: unknown) => failures.push(String(error))));
  const waitForLoad = (where: string, requests: number): Promise<void> =>
    waitFor(`some load on ${where}`, () => {
      // Nothing follows a failure, so the message says which one it was.
      if (failures.length > 0) throw new Error([...failures, ...balancer.broken].join('\n'));
      return done > requests;
    });
  await waitForLoad('0.1.0', 30);
  const current = await start(t, main.current, cwd, two);
  await waitFor('the proxy to see this release', () => balancer.isUp(two));
  const together = done;
  await waitForLoad('both', together + 200);
  old.signal('SIGTERM');
  await old.ended;
  const alone = done;
  await waitForLoad('this release', alone + 50);
  await start(t, main.former, cwd, one);
  await waitFor('the proxy to see 0.1.0 again', () => balancer.isUp(one));
  current.signal('SIGTERM');
  await current.ended;
  const back = done;
  await waitForLoad('0.1.0 again', back + 50);
  running = false;
  await Promise.all(load);
  t.same(failures, []);
  t.same(balancer.broken, []);
  t.ok(done > 330, `${done} requests`);
});

t.test('a SQLite store is taken over, and what people had is good', async (t) => {
  const port = await freePort();
  const cwd = await folderWith(t, { issuer: `http://localhost:${port}` });
  const old = await start(t, main.former, cwd, port);
  const party = new RelyingParty(`http://localhost:${port}`);
  const browser = new Browser();
  const first = await codeFor(party, browser, scope);
  const { body } = await party.redeem(first.code, first.verifier);
  const open = await codeFor(party, browser, scope);
  old.signal('SIGTERM');
  await old.ended;

  const current = await start(t, main.current, cwd, port);
  t.equal((await party.redeem(open.code, open.verifier)).status, 200, 'a code');
  t.equal((await party.refresh(String(body['refresh_token']))).status, 200, 'a refresh token');
  const again = await browser.request(party.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(again).get('code'), 'a session');
  current.signal('SIGTERM');
  await current.ended;

  const db = new DatabaseSync(join(cwd, 'store.db'), { readOnly: true });
  const { user_version: version } = db.prepare('PRAGMA user_version').get() ?? {};
  db.close();
  t.equal(version, steps.length);
  const after = startChild(main.former, ['account', 'list'], { cwd });
  const { code } = await after.ended;
  if (steps.length === 1) t.equal(code, 0, 'its form is that of 0.1.0, which opens it');
  else
    t.match(after.err(), /has version \d+, and this release knows versions up to 1/, '0.1.0 leaves it alone');
});

t.test('a copy of the whole store goes from 0.1.0 to Redis of this release', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.close());
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const cwd = await folderWith(t, { issuer });
  const old = await start(t, main.former, cwd, port);
  const party = new RelyingParty(issuer);
  const { code, verifier } = await codeFor(party, new Browser(), scope);
  const { body } = await party.redeem(code, verifier);
  old.signal('SIGTERM');
  await old.ended;
  const migrate = startChild(main.current, ['migrate', '--to', redis.url], { cwd });
  t.match(await migrate.ended, { code: 0 });
  const file = join(cwd, 'postern.yaml');
  t.match(await readFile(file, 'utf8'), 'sqlite:');
  await writeFile(file, stringify({ ...settings, issuer, store: { url: redis.url } }));
  await start(t, main.current, cwd, port);
  t.equal((await party.refresh(String(body['refresh_token']))).status, 200);
});
