import { once } from 'node:events';
import { copyFileSync, existsSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  type ServerProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const security = { key_encryption_key: Buffer.alloc(32, 9).toString('base64') };

const copySqlite = async (server: ServerProcess): Promise<void> => {
  const { exit, err } = await server.command(['backup', 'backup.db']);
  if (exit !== 0) throw new Error(`the copy failed: ${err}`);
};

/** Sends one Redis command, as an operator would with a terminal. */
const tell = async (port: number, command: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  socket.write(`${command}\r\n`);
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
};

/** Signs people in while the store is copied, rotates a token afterwards, and starts on the copy. */
const restore = async (
  t: Test,
  server: ServerProcess,
  copy: () => Promise<Readonly<Record<string, string>>>,
): Promise<void> => {
  t.teardown(() => server.close());
  const party = new RelyingParty(server.url);
  const { code, verifier } = await codeFor(party, new Browser(), {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  const before = String((await party.redeem(code, verifier)).body['refresh_token']);
  let working = true;
  let done = 0;
  const work = async (): Promise<void> => {
    for (; working; done += 1) await codeFor(party, new Browser());
  };
  const workers = [work(), work()];
  await waitFor('some sign-ins', () => done > 3);
  const store = await copy();
  working = false;
  await Promise.all(workers);
  const { status, body } = await party.refresh(before);
  t.equal(status, 200);
  server.signal('SIGTERM');
  await server.ended;

  const restored = await startServerProcess(t, {
    port: server.port,
    config: { ...usualConfig, security, store },
  });
  t.match(await restored.command(['doctor']), { exit: 0, out: 'Everything is fine.\n' });
  t.match(await restored.command(['audit', 'verify']), { exit: 0, out: /whole/ });
  const later = await party.refresh(String(body['refresh_token']));
  t.match(later, { status: 400, body: { error: 'invalid_grant' } }, 'made after the copy: unknown');
  t.equal((await party.refresh(before)).status, 200, 'made before it: as good as it was then');
};

t.test('SQLite: a server starts on a copy made under load', async (t) => {
  const server = await startServerProcess(t, { config: { ...usualConfig, security } });
  await restore(t, server, async () => {
    t.match(await server.command(['backup', 'store.db']), { exit: 4, err: /store\.db exists already/ });
    const elsewhere = ['backup', 'other.db', '--set', 'store.url=redis://127.0.0.1:1'];
    t.match(await server.command(elsewhere), { exit: 2, err: /no SQLite file.*postern export/ });
    const missing = ['backup', 'other.db', '--set', 'store.url=sqlite:missing.db'];
    t.match(await server.command(missing), { exit: 3, err: /there is no store/ });
    t.notOk(existsSync(join(server.cwd, 'other.db')));
    // The working directory of the image is such a folder too.
    const unwritable = ['--json', 'backup', 'no/such/folder/backup.db'];
    t.match(await server.command(unwritable), { exit: 1, err: /cannot_write.*ENOENT.*name a file/ });
    await copySqlite(server);
    t.equal(statSync(join(server.cwd, 'backup.db')).mode & 0o777, 0o600, 'it contains tokens');
    return { url: `sqlite:${join(server.cwd, 'backup.db')}` };
  });
});

t.test('Redis: a server starts on a snapshot made under load', async (t) => {
  const redis = await startRedis();
  t.teardown(() => redis.close());
  // The doctor's findings depend on the settings of the restored server, so its persistence is enabled.
  const server = await startServerProcess(t, {
    config: { ...usualConfig, security, store: { url: redis.url } },
  });
  await restore(t, server, async () => {
    const last = await tell(redis.port, 'LASTSAVE');
    await sleep(1_100);
    await tell(redis.port, 'BGSAVE');
    await waitFor('the snapshot', async () => (await tell(redis.port, 'LASTSAVE')) !== last);
    const folder = t.testdir();
    copyFileSync(join(redis.dir, 'dump.rdb'), join(folder, 'dump.rdb'));
    const other = await startRedis({
      args: ['--dir', folder, '--maxmemory', '1gb', '--maxmemory-policy', 'noeviction'],
    });
    t.teardown(() => other.close());
    t.match(await tell(other.port, 'CONFIG SET appendonly yes'), 'OK');
    await waitFor('its append-only file', async () =>
      /aof_rewrite_in_progress:0/.test(await tell(other.port, 'INFO persistence')),
    );
    return { url: other.url };
  });
});
