import { chmodSync, chownSync, mkdirSync, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openCommandFolder } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

// Root runs commands in the folder of the service (docs/operations/deploy.md, systemd).

/** Another user than this one, where this one is root. */
const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
const isRoot = uid === 0;
const service = isRoot ? { uid: 23456, gid: 23456 } : { uid, gid };

t.test('what root creates in the folder of the service belongs to the service', async (t) => {
  const { cwd, runInProcess: run } = await openCommandFolder(t);
  chownSync(cwd, service.uid, service.gid);
  const path = (name: string): string => join(cwd, name);
  const access = (name: string) => {
    const found = statSync(path(name));
    return { uid: found.uid, gid: found.gid, mode: found.mode & 0o777 };
  };
  const group = isRoot ? 23457 : gid;
  const ofService = { ...service, mode: 0o600 };

  t.match(await run(['account', 'add', 'ada', '--generate']), { exit: 0 });
  for (const name of readdirSync(cwd)) t.same(access(name), ofService, name);
  t.match(await run(['backup', path('backup.db')]), { exit: 0 });
  t.same(access('backup.db'), { uid, gid, mode: 0o600 }, 'a backup is for the operator');

  const restore = (...args: string[]) => run(['restore', path('backup.db'), ...args]);
  t.match(await restore('--overwrite'), { exit: 0 });
  t.same(access('store.db'), ofService, 'replaced');
  chownSync(path('store.db'), uid, gid);
  t.match(await restore('--overwrite'), { exit: 0 });
  t.same(access('store.db'), ofService, 'the store of root is replaced by one that the service can open');
  chownSync(path('store.db'), service.uid, group);
  chmodSync(path('store.db'), 0o664);
  t.match(await restore('--overwrite'), { exit: 0 });
  t.same(access('store.db'), { uid: service.uid, gid: group, mode: 0o660 }, 'but for the rights of others');
  const key = ['--set', `security.key_encryption_key_file=${path('key-encryption-key')}`];
  t.match(await restore('--set', `store.url=sqlite:${path('new/data/store.db')}`, ...key), { exit: 0 });
  t.same(access('new/data/store.db'), ofService);
  t.same(access('new/data'), { ...ofService, mode: 0o700 });
});

t.test('root writes a backup where the user of the service can put no link in its place', async (t) => {
  const { cwd, runInProcess: run } = await openCommandFolder(t);
  await run(['account', 'add', 'ada', '--generate']);
  const folder = join(cwd, 'service');
  mkdirSync(folder);
  chownSync(folder, service.uid, service.gid);
  const seen = new Set<string | null>();
  const watcher = watch(folder, (_event, name) => seen.add(name));
  t.teardown(() => watcher.close());
  t.match(await run(['backup', join(folder, 'backup.db')]), { exit: 0 });
  await waitFor('the backup to be seen', () => seen.size > 0);
  if (isRoot) t.same([...seen], ['backup.db']);
  t.same(readdirSync(folder), ['backup.db']);
  t.ok(statSync(join(folder, 'backup.db')).size > 4096);
  t.same(readdirSync(cwd).sort(), ['key-encryption-key', 'service', 'store.db'], 'and nothing is left');
});
