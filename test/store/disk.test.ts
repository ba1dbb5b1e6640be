import { chmodSync, chownSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t, { type Test } from 'tap';
import { StoreUnusable } from '#src/store/errors.ts';
import {
  Browser,
  codeFor,
  isReady,
  openCommandFolder,
  RelyingParty,
  type ServerProcess,
  startInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { asUnprivilegedUser } from '../support/unprivileged-user.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(300_000);

const pageSize = 4096;

/** Changes that another program may make to the file while the server has it open. */
const withFile = <T>(path: string, work: (db: DatabaseSync) => T): T => {
  const db = new DatabaseSync(path, { timeout: 2000 });
  try {
    return work(db);
  } finally {
    db.close();
  }
};

/** A limit for the server's file size; only its own process is limited. */
const fillLog =
  (log: string, size: number) =>
  (db: DatabaseSync): void => {
    while (statSync(log).size < size) db.exec('PRAGMA user_version = 1');
  };

const emptyLog = (db: DatabaseSync) => db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();

const grants = async (party: RelyingParty, count: number) => {
  const browser = new Browser();
  const codes = [];
  for (let at = 0; at < count; at++) codes.push(await codeFor(party, browser));
  return codes;
};

const isRefused = async (
  t: Test,
  party: RelyingParty,
  { code, verifier }: { code: string; verifier: string },
) => {
  const { status, headers, body } = await party.redeem(code, verifier);
  t.match({ status, body }, { status: 503, body: { error: 'temporarily_unavailable' } });
  t.match(headers.get('retry-after'), /^[123]$/);
};

/** Returns what `/readyz` and the doctor report once the server is not ready. */
const complaints = async (server: ServerProcess) => {
  await waitFor('the server to say so', async () => !(await isReady(server.url)));
  const { checks } = JSON.parse(await (await fetch(`${server.url}/readyz`)).text());
  const { exit, out } = await server.command(['doctor', '--json']);
  const { findings } = JSON.parse(out);
  return { checks: checks.filter(({ ok }: { ok: boolean }) => !ok), exit, findings };
};

t.test('a server survives a full disk, and recovers when there is space', async (t) => {
  const blocks = 2048;
  const server = await startServerProcess(t, { config: usualConfig, fileBlocks: blocks });
  const party = new RelyingParty(server.url);
  const [first, tried, ...untouched] = await grants(party, 5);
  if (!first || !tried) throw new Error('no codes');
  const { body: tokens } = await party.redeem(first.code, first.verifier);

  const request = Object.fromEntries(new URL(party.authorizationUrl('v'.repeat(43))).searchParams);
  const seen = new Set<number>();
  await waitFor('the disk to be full', async () => {
    const { status } = await party.post('/oauth/par', request);
    seen.add(status);
    return status === 503;
  });
  t.same([...seen], [201, 503], 'what is written is acknowledged, what can not be is refused');
  // A smaller commit might still fit, and the file may end in a part of a failed one.
  const path = join(server.cwd, 'store.db');
  withFile(path, fillLog(`${path}-wal`, blocks * 512 + 4 * pageSize));
  await isRefused(t, party, tried);
  const { checks, exit, findings } = await complaints(server);
  t.match(checks, [{ name: 'disk_failed', reason: /does not take what is written/, fix: /a quota/ }]);
  t.equal(exit, 1);
  t.match(findings, [{ code: 'not_ready', message: /does not take what is written/, fix: /a quota/ }]);
  await isRefused(t, party, tried);
  t.equal((await party.post('/oauth/introspect', { token: String(tokens['access_token']) })).status, 200);

  withFile(path, emptyLog);
  await waitFor('the server to notice', () => isReady(server.url));
  for (const { code, verifier } of [tried, ...untouched])
    t.equal((await party.redeem(code, verifier)).status, 200, 'no code was lost');
  t.equal((await party.refresh(String(tokens['refresh_token']))).status, 200, 'nor a refresh token');
  t.notMatch(server.log(), /"level":(50|60)[^\n]*"statusCode":500/);
});

t.test('a server reports a file that was damaged while running, and starts on its backup', async (t) => {
  const path = join(t.testdir(), 'store.db');
  const config = { ...usualConfig, store: { url: `sqlite:${path}` } };
  const server = await startServerProcess(t, { config });
  const party = new RelyingParty(server.url);
  const [tried, ...untouched] = await grants(party, 3);
  if (!tried) throw new Error('no code');

  withFile(path, emptyLog);
  const good = readFileSync(path);
  writeFileSync(
    path,
    Buffer.concat([good.subarray(0, pageSize), Buffer.alloc(good.length - pageSize, 0xa5)]),
  );
  // A commit by another connection invalidates the pages that the server has cached.
  withFile(path, (db) => db.exec('PRAGMA user_version = 1'));
  await isRefused(t, party, tried);
  const { checks, exit, findings } = await complaints(server);
  t.match(checks.at(-1), { name: 'file_damaged', fix: /restore it from a backup/ });
  t.equal(exit, 1);
  t.match(findings, [
    { code: 'file_damaged', message: 'The file of the store is damaged.', fix: /restore it from a backup/ },
    { code: 'not_ready', fix: /restore it from a backup/ },
  ]);
  server.signal('SIGKILL');
  await server.ended;

  const { port } = server;
  const early = await startServerProcess(t, { config, port, ready: false });
  t.match(await early.ended, { code: 5 });
  t.match(early.log(), /the file of the embedded store is damaged: restore it from a backup/);

  for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true });
  writeFileSync(path, good);
  await startServerProcess(t, { config, port });
  for (const { code, verifier } of [tried, ...untouched])
    t.equal((await party.redeem(code, verifier)).status, 200, 'no code was lost');
});

t.test('a server with an open file survives it becoming read-only, and a start is refused', async (t) => {
  const folder = await openCommandFolder(t);
  const path = join(folder.cwd, 'store.db');
  const config = { ...usualConfig, store: { url: `sqlite:${path}` } };
  const first = await startInProcess(t, config);
  const [held, later] = await grants(new RelyingParty(first.issuer), 2);
  if (!held || !later) throw new Error('no codes');
  const port = Number(new URL(first.issuer).port);
  await folder.runInProcess(['doctor']);

  chmodSync(path, 0o444);
  if (process.geteuid?.() === 0) chownSync(path, 65_534, 65_534);
  chmodSync(folder.cwd, 0o555);
  const { status } = await asUnprivilegedUser(() =>
    new RelyingParty(first.issuer).redeem(held.code, held.verifier),
  );
  t.equal(status, 200, 'a server that has it open goes on');
  await first.stop();
  await asUnprivilegedUser(async () => {
    await t.rejects(startInProcess(t, config), StoreUnusable);
    const { exit, out } = await folder.runInProcess(['doctor', '--json', '--set', `listen.port=${port}`]);
    t.equal(exit, 5);
    t.match(JSON.parse(out).findings, [
      {
        code: 'store_unusable',
        message: /give this user (read and )?write access to the file and its folder/,
      },
      { code: 'unreachable' },
    ]);
  });
  chmodSync(folder.cwd, 0o755);
  chmodSync(path, 0o600);
  const again = await startInProcess(t, { ...config, issuer: first.issuer, listen: { port } });
  t.equal(
    (await new RelyingParty(again.issuer).redeem(later.code, later.verifier)).status,
    200,
    'nothing was lost',
  );
});

t.test('a disk that fails to sync spends no code and no refresh token', async (t) => {
  const handle = await open(join(t.testdir(), 'any'), 'w');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  const { datasync } = prototype;
  let failing = false;
  prototype.datasync = async function () {
    if (failing) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
    await datasync.call(this);
  };
  t.teardown(() => {
    prototype.datasync = datasync;
  });
  const url = `sqlite:${join(t.testdir(), 'store.db')}`;
  const server = await startInProcess(t, { ...usualConfig, store: { url, synchronous: 'full' } });
  const party = new RelyingParty(server.issuer);
  const [first, tried] = await grants(party, 2);
  if (!first || !tried) throw new Error('no codes');
  const token = String((await party.redeem(first.code, first.verifier)).body['refresh_token']);

  failing = true;
  await isRefused(t, party, tried);
  t.match(await party.refresh(token), { status: 503 });
  await waitFor('the server to say so', async () => !(await isReady(server.issuer)));
  failing = false;
  await waitFor('the server to notice', () => isReady(server.issuer));
  t.equal((await party.redeem(tried.code, tried.verifier)).status, 200, 'the code is still good');
  t.equal((await party.refresh(token)).status, 200, 'so is the refresh token');
  const answers = await Promise.all(
    Array.from({ length: 4 }, () => party.redeem(tried.code, tried.verifier)),
  );
  t.notOk(
    answers.some(({ status }) => status === 200),
    'and good once',
  );
});
