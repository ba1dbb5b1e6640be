import { chmod, copyFile, lstat, open, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  runPostern,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';

const security = { key_encryption_key: Buffer.alloc(32, 9).toString('base64') };

const server = await startServerProcess(t, { config: { ...usualConfig, security } });
const { cwd } = server;
const path = (name: string): string => join(cwd, name);
const restore = (...args: string[]) => server.command(['restore', ...args]);

const party = new RelyingParty(server.url);
const { code, verifier } = await codeFor(party, new Browser(), {
  scope: 'openid offline_access',
  prompt: 'consent',
});
const refreshToken = String((await party.redeem(code, verifier)).body['refresh_token']);
t.match(await server.command(['backup', 'backup.db']), { exit: 0 });

const modify = (file: string, statement: string): void => {
  const db = new DatabaseSync(file);
  db.exec(statement);
  db.close();
};

t.test('what is not a whole backup is refused, and leaves nothing behind', async (t) => {
  await writeFile(path('text'), 'not a database, and longer than its header would be'.repeat(50));
  await writeFile(path('empty'), '');
  await copyFile(path('backup.db'), path('newer.db'));
  modify(path('newer.db'), 'PRAGMA user_version = 99');
  modify(path('other.db'), 'CREATE TABLE notes (text TEXT); PRAGMA user_version = 1');
  await copyFile(path('backup.db'), path('damaged.db'));
  const pages = Buffer.alloc(8192, 0xff);
  const { size } = await stat(path('damaged.db'));
  const file = await open(path('damaged.db'), 'r+');
  await file.write(pages, 0, pages.length, Math.floor(size / 2 / 4096) * 4096);
  await file.close();
  await copyFile(path('backup.db'), path('open.db'));
  await writeFile(path('open.db-wal'), 'commits');
  const before = await readdir(cwd);
  const elsewhere = ['--set', 'store.url=sqlite:elsewhere.db'];
  const refusals: readonly (readonly [string, number, RegExp])[] = [
    ['missing.db', 3, /there is no file .*missing\.db/],
    ['.', 1, /is not a file/],
    ['text', 1, /is not a store, or is damaged/],
    ['empty', 1, /not the store of a Postern/],
    ['newer.db', 1, /version 99, and this release knows versions up to/],
    ['other.db', 1, /not the store of a Postern/],
    ['damaged.db', 1, /damaged/],
    ['open.db', 1, /open\.db-wal holds commits/],
  ];
  for (const [name, exit, err] of refusals) t.match(await restore(name, ...elsewhere), { exit, err }, name);
  t.match(await restore('store.db', '--overwrite'), { exit: 1, err: /is the store itself/ });
  t.match(await restore('backup.db', '--set', 'store.url=memory:'), { exit: 2, err: /in memory/ });
  t.same(await readdir(cwd), before);
});

t.test('a store is replaced on demand only, and never under a server', async (t) => {
  t.match(await restore('backup.db'), { exit: 4, err: /there is a store at .*store\.db: --overwrite/ });
  t.match(await restore('backup.db', '--overwrite'), { exit: 4, err: /has .*store\.db open: stop every/ });
  await codeFor(party, new Browser());
  server.signal('SIGTERM');
  await server.ended;
  t.match(await server.command(['account', 'add', 'grace', '--generate']), { exit: 0 });
  await writeFile(path('store.db-wal'), 'left by a power cut');
  t.match(await restore('backup.db', '--overwrite'), { exit: 0, out: /The store is restored/ });
  t.equal((await stat(path('store.db'))).mode & 0o777, 0o600, 'it contains tokens');
  t.notMatch((await server.command(['account', 'list'])).out, /grace/);
  t.match(await server.command(['audit', 'verify']), { exit: 0, out: /whole/ });
  t.match(await server.command(['audit', 'list', '--json']), { out: /store\.restored/ });
});

t.test('a damaged store and a missing one are replaced from a file that can only be read', async (t) => {
  await chmod(path('backup.db'), 0o400);
  await writeFile(path('store.db'), 'damaged'.repeat(1000));
  t.match(await restore('backup.db', '--overwrite'), { exit: 0 });
  const into = ['--set', 'store.url=sqlite:new/folder/store.db'];
  t.match(await restore('backup.db', ...into), { exit: 0 });
  t.equal((await stat(path('new/folder'))).mode & 0o777, 0o700);
  t.equal((await stat(path('new/folder/store.db'))).mode & 0o777, 0o600);
  t.match(await server.command(['keys', 'list', ...into]), { exit: 0, out: /ES256/ });
});

t.test('a store that store.url names by a link is replaced where it is', async (t) => {
  t.match(await restore('backup.db', '--set', 'store.url=sqlite:new/folder/linked.db'), { exit: 0 });
  await symlink(path('new/folder/linked.db'), path('link.db'));
  const into = ['--set', 'store.url=sqlite:link.db'];
  t.match(await server.command(['account', 'add', 'linus', '--generate', ...into]), { exit: 0 });
  t.match(await restore('backup.db', '--overwrite', ...into), { exit: 0 });
  t.ok((await lstat(path('link.db'))).isSymbolicLink(), 'the link stays');
  const real = ['--set', 'store.url=sqlite:new/folder/linked.db'];
  t.notMatch((await server.command(['account', 'list', ...real])).out, /linus/);
});

t.test('another key encryption key is reported at once', async (t) => {
  const other = ['--set', `security.key_encryption_key=${Buffer.alloc(32, 8).toString('base64')}`];
  const into = ['--set', 'store.url=sqlite:wrong-key.db'];
  t.match(await restore('backup.db', ...into, ...other), { exit: 78, err: /another key encryption key/ });
});

t.test('tokens of the backup are good on the restored store, on SQLite and on Redis', async (t) => {
  const redis = await startRedis({
    args: ['--maxmemory', '1gb', '--maxmemory-policy', 'noeviction', '--appendonly', 'yes'],
  });
  t.teardown(() => redis.close());
  for (const url of [redis.url, `sqlite:${path('store.db')}`]) {
    const store = { url };
    const into = ['--set', `store.url=${url}`, '--overwrite'];
    t.match(await restore('backup.db', ...into), { exit: 0 }, url);
    const restored = await startServerProcess(t, {
      port: server.port,
      config: { ...usualConfig, security, store },
    });
    t.match(await restored.command(['doctor']), { exit: 0 });
    t.equal((await party.refresh(refreshToken)).status, 200, url);
    await restored.close();
  }
  const again = await runPostern(cwd, ['restore', 'backup.db', '--set', `store.url=${redis.url}`]);
  t.match(again, { exit: 4, err: /The target is not empty/ });
});
