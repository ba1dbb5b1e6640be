import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type FileHandle, open as openHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { type EmbeddedOptions, openEmbedded } from '#adapters/embedded/index.ts';
import { toUnavailable } from '#adapters/embedded/sqlite-errors.ts';
import { StoreUnavailable, StoreUnusable } from '#src/store/errors.ts';
import type { Key, Store, Write } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import { rejectionOf } from '../support/rejection-of.ts';
import { asUnprivilegedUser } from '../support/unprivileged-user.ts';
import { waitFor } from '../support/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-file-'));
chmodSync(folder, 0o755);
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const fresh = (): string => join(folder, `${files++}.db`);
const realClock = { now: () => Date.now() };
const open = (path: string, options: Partial<EmbeddedOptions> = {}): Promise<Store> =>
  openEmbedded({ path, clock: realClock, ...options });
const key = (family: string, id = ''): Key => ({ kind: 'k', family, id });
const put = (at: Key, body = 'b'): Write => ({ op: 'put', key: at, body });

const isUnusable = async (t: Test, path: string, message: RegExp): Promise<void> => {
  const fault = await rejectionOf(open(path).then((store) => store.close()));
  t.ok(fault instanceof StoreUnusable, `refused: ${String(fault)}`);
  t.match(fault instanceof Error && fault.message, message);
};

const rows = (path: string, table: string): number => {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    return Number(db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
  } finally {
    db.close();
  }
};

t.test("a missing folder is created, and other users can't read its files", async (t) => {
  const path = join(folder, 'deep', 'down', 'postern.db');
  const store = await open(path);
  await store.commit([put(key('f'))]);
  t.equal(statSync(join(folder, 'deep', 'down')).mode & 0o777, 0o700);
  for (const suffix of ['', '-wal', '-shm']) t.equal(statSync(path + suffix).mode & 0o777, 0o600, suffix);
  await store.close();
  const again = await open(path);
  t.equal((await again.read([key('f')]))[0]?.body, 'b', 'what was committed is there after a restart');
  await again.close();
});

t.test('a link to a store opens the store, whose commits get to its disk', async (t) => {
  const [real, link] = [join(folder, 'elsewhere', 'real.db'), fresh()];
  await (await open(real)).close();
  symlinkSync(real, link);
  const store = await open(link, { synchronous: 'full', mustExist: true });
  await store.commit([put(key('f'))]);
  t.ok(statSync(`${real}-wal`).size > 0);
  t.notOk(existsSync(`${link}-wal`), 'the log is beside the file');
  t.same(await store.inspect(), []);
  rmSync(link);
  symlinkSync(fresh(), link);
  t.match(await store.inspect(), [{ code: 'file_replaced' }], 'a link that leads elsewhere');
  await store.close();
  const again = await open(real);
  t.equal((await again.read([key('f')]))[0]?.body, 'b');
  await again.close();
});

t.test('a link whose target does not exist is refused, and no file is made', async (t) => {
  const [missing, link] = [fresh(), fresh()];
  symlinkSync(missing, link);
  await isUnusable(t, link, /is a link to a file that can not be reached \(ENOENT\)/);
  t.notOk(existsSync(missing));
});

t.test('a file written by a newer release is refused', async (t) => {
  const path = fresh();
  await (await open(path)).close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  await isUnusable(t, path, /version 99.*newer release/);
});

t.test("another program's database is refused and left unchanged", async (t) => {
  const path = fresh();
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE theirs (x)');
  db.close();
  await isUnusable(t, path, /another program/);
  t.equal(rows(path, 'sqlite_schema'), 1);
});

t.test('an empty file is refused: what a store held is lost', async (t) => {
  const path = fresh();
  writeFileSync(path, '');
  await isUnusable(t, path, /is empty \(0 bytes\).*restore it from a backup, or remove the file/);
  t.ok((await rejectionOf(open(path, { mustExist: true }))) instanceof StoreUnusable, 'by commands as well');
  t.equal(statSync(path).size, 0, 'and left as it is');
  rmSync(path);
  await (await open(path)).close();
});

t.test('processes that create one file at a time wait for its first page', async (t) => {
  const path = fresh();
  const stores = await Promise.all(Array.from({ length: 6 }, () => open(path)));
  await stores[0]?.commit([put(key('f'))]);
  t.equal((await stores[5]?.read([key('f')]))?.[0]?.body, 'b');
  await Promise.all(stores.map((store) => store.close()));
  const late = fresh();
  writeFileSync(late, '');
  const opening = open(late);
  await sleep(100);
  const db = new DatabaseSync(late);
  db.exec('PRAGMA journal_mode = WAL');
  db.close();
  await (await opening).close();
});

t.test("a file that isn't a database is refused", async (t) => {
  const path = fresh();
  writeFileSync(path, 'not a database, '.repeat(1_000));
  await isUnusable(t, path, /damaged.*restore it from a backup/);
});

t.test('damage found while running is reported as unavailable, and as a fatal finding', async (t) => {
  const path = fresh();
  const store = await open(path);
  const keys = Array.from({ length: 400 }, (_, i) => key(`f${i}`));
  await store.commit(keys.map((at) => put(at, 'x'.repeat(500))));
  await store.close();
  const size = statSync(path).size;
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(size - 4_096 * 8, 0xa5), 0, undefined, 4_096 * 8);
  closeSync(file);
  const damaged = await open(path);
  t.teardown(() => damaged.close());
  t.ok((await rejectionOf(damaged.read(keys))) instanceof StoreUnavailable);
  const findings = await damaged.inspect();
  t.ok(findings.some((finding) => finding.code === 'file_damaged' && finding.fatal));
});

t.test("a path that can't hold the file is refused with the fix", async (t) => {
  const file = fresh();
  writeFileSync(file, '');
  await isUnusable(t, join(file, 'sub', 'postern.db'), /folder .* can not be created .*store\.url/);
  const directory = fresh();
  mkdirSync(directory);
  await isUnusable(t, directory, /is a folder: name a file in it/);
});

t.test('a read-only file, or a read-only folder, is refused with the fix', async (t) => {
  const place = join(folder, 'rights');
  mkdirSync(place, { mode: 0o755 });
  const path = join(place, 'postern.db');
  await (await open(path)).close();
  chmodSync(path, 0o444);
  await asUnprivilegedUser(() => isUnusable(t, path, /give this user write access/));
  chmodSync(path, 0o600);
  if (process.geteuid?.() === 0) chownSync(path, 65_534, 65_534);
  chmodSync(place, 0o555);
  await asUnprivilegedUser(() => isUnusable(t, path, /give this user (read and )?write access/));
  chmodSync(place, 0o755);
});

t.test('a full disk is reported as unavailable, and the commit leaves nothing', async (t) => {
  const path = fresh();
  const script = fileURLToPath(new URL('../support/fill-store.ts', import.meta.url));
  // The hook that tap puts into NODE_OPTIONS would listen to the signal and end the process.
  const limited = `trap '' XFSZ; ulimit -f 1024; unset NODE_OPTIONS; exec "$0" "$1" "$2"`;
  const ran = spawnSync('sh', ['-c', limited, process.execPath, script, `sqlite:${path}`], {
    encoding: 'utf8',
  });
  t.equal(ran.status, 0, ran.stderr);
  const { kept, fault }: { kept: number; fault: string } = JSON.parse(ran.stdout);
  t.ok(kept > 10, `${kept} commits fitted`);
  t.match(fault, /^StoreUnavailable: the disk/);
  const store = await open(path);
  t.teardown(() => store.close());
  const both = (i: number): Key[] => [key(`f${i}`, 'one'), key(`f${i}`, 'two')];
  const read = await store.read(Array.from({ length: kept }, (_, i) => both(i)).flat());
  assertEach(t, read, (document) => document !== undefined, 'every acknowledged commit is there');
  t.same(await store.read(both(kept)), [undefined, undefined], 'the one that failed is not');
});

t.test('the SQLite error "full" is reported as a full disk', async (t) => {
  const db = new DatabaseSync(':memory:');
  db.exec('CREATE TABLE x (y); PRAGMA max_page_count = 10');
  let recorded: unknown;
  try {
    for (;;) db.prepare('INSERT INTO x VALUES (?)').run('z'.repeat(4_000));
  } catch (error) {
    recorded = toUnavailable(error);
  }
  t.ok(recorded instanceof StoreUnavailable && /full/.test(recorded.message));
  const ours = new TypeError('a fault of ours');
  t.equal(toUnavailable(ours), ours, 'other errors stay unchanged');
  db.close();
  t.end();
});

t.test(
  'a lock held by another program delays a commit and then fails it; the event loop keeps running',
  async (t) => {
    const path = fresh();
    const outcomes: string[] = [];
    const store = await open(path, {
      // Long enough for timers to fire on a busy machine.
      operationTimeoutMs: 1_000,
      observe: (operation, _, outcome) => outcomes.push(`${operation} ${outcome}`),
    });
    // The limit is long because the machine may be busy: what counts is that the end of the lock is noticed.
    const patient = await open(path, { operationTimeoutMs: 20_000 });
    t.teardown(() => patient.close());
    const other = new DatabaseSync(path);
    t.teardown(async () => {
      other.close();
      await store.close();
    });
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const timer = setInterval(() => turns++, 10);
    const fault = await rejectionOf(store.commit([put(key('f'))]));
    t.ok(fault instanceof StoreUnavailable && /locked by another process/.test(fault.message));
    t.ok(turns > 1, 'timers fired meanwhile');
    t.equal((await store.read([key('f')]))[0], undefined, 'readers do not wait');
    const waiting = patient.commit([put(key('f'))]);
    await sleep(20);
    other.exec('ROLLBACK');
    await waiting;
    clearInterval(timer);
    await rejectionOf(store.commit([{ op: 'insert', key: key('f'), body: 'x' }]));
    t.same(outcomes, ['commit unavailable', 'read ok', 'commit conflict']);
  },
);

t.test('expired records are swept out of the file, with their index entries and counters', async (t) => {
  const path = fresh();
  let now = 1_000_000;
  const store = await open(path, { clock: { now: () => now } });
  t.teardown(() => store.close());
  const writes = Array.from(
    { length: 2_500 },
    (_, i): Write => ({
      op: 'put',
      key: key(`f${i}`),
      body: 'b',
      expiresAt: now + 1_000,
      index: [{ index: 'i', of: 'o', at: i }],
    }),
  );
  await store.commit([...writes, put(key('kept'))]);
  await store.increment(['a', 'b'], 1_000);
  await store.publish('topic', 'message');
  now += 3_600_000;
  const left = (): number[] =>
    ['documents', 'places', 'tallies', 'announcements'].map((table) => rows(path, table));
  await waitFor('only what is kept to be left', () => left().join() === '1,0,0,0');
  t.equal((await store.read([key('kept')]))[0]?.body, 'b');
});

t.test('where no thread can be started, commits succeed and expired records are swept out', async (t) => {
  const script = fileURLToPath(new URL('../support/write-past-checkpoint.ts', import.meta.url));
  // Node refuses the thread where a system that allows no further one fails too.
  const rights = ['--permission', '--allow-fs-read=*', '--allow-fs-write=*'];
  // tap puts a hook into NODE_OPTIONS of each process that is started, and the hook needs rights that are refused here.
  const args = ['-u', 'NODE_OPTIONS', process.execPath, ...rights, script, fresh()];
  const ran = spawnSync('env', args, { encoding: 'utf8' });
  t.equal(ran.status, 0, ran.stderr);
  t.same(JSON.parse(ran.stdout), { failed: 0, left: 0 });
  t.match(ran.stderr, /the checkpoint thread of the store failed/, 'the operator learns it');
});

t.test('a store that writes a lot keeps its log short and loses nothing', async (t) => {
  const path = fresh();
  const store = await open(path);
  const keys = Array.from({ length: 12_000 }, (_, i) => key(`f${i}`));
  for (let i = 0; i < keys.length; i += 50) {
    await store.commit(keys.slice(i, i + 50).map((at) => put(at, 'x'.repeat(2_000))));
    await setImmediate();
  }
  await waitFor('the thread to move the log into the file', () => statSync(path).size > 20_000_000);
  await store.close();
  t.notOk(existsSync(`${path}-wal`), 'nothing is left open');
  const again = await open(path);
  t.teardown(() => again.close());
  assertEach(t, await again.read(keys), (document) => document?.body.length === 2_000);
});

/** The `FileHandle` prototype: the adapter syncs through the handle of the log. */
const watchSyncs = async (t: Test, before = async (): Promise<void> => {}): Promise<() => number> => {
  const handle = await openHandle(fresh(), 'w');
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  await handle.close();
  let count = 0;
  const { datasync } = prototype;
  prototype.datasync = async function () {
    await before();
    await datasync.call(this);
    count += 1;
  };
  t.teardown(() => {
    prototype.datasync = datasync;
  });
  return () => count;
};

t.test(
  "durable records are on the disk before they are acknowledged, and the others don't wait for it",
  async (t) => {
    const synced = await watchSyncs(t, () => sleep(20));
    const store = await open(fresh(), { durableKinds: ['k'] });
    t.teardown(() => store.close());
    await store.commit([put({ kind: 'other', family: 'f', id: '' })]);
    t.equal(synced(), 0);
    await store.commit([put(key('f'))]);
    t.equal(synced(), 1, 'a commit');
    await store.load([{ type: 'document', key: key('g'), document: { body: 'b', fields: {} } }]);
    t.equal(synced(), 2, 'a load');
    await rejectionOf(store.commit([{ op: 'insert', key: key('f'), body: 'x' }]));
    t.equal(synced(), 2, 'nothing was written');
    await Promise.all(Array.from({ length: 50 }, (_, i) => store.commit([put(key(`h${i}`))])));
    t.ok(synced() <= 4, 'many share one');

    const full = await open(fresh(), { synchronous: 'full' });
    t.teardown(() => full.close());
    const before = synced();
    await full.commit([put({ kind: 'other', family: 'f', id: '' })]);
    t.equal(synced(), before + 1, 'everything, where the setting says so');
  },
);

t.test('a disk that fails to sync durable records is reported until it syncs again', async (t) => {
  let failing = true;
  await watchSyncs(t, async () => {
    if (!failing) return;
    throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  });
  const store = await open(fresh(), { durableKinds: ['k'] });
  t.teardown(() => store.close());
  t.match(await rejectionOf(store.commit([put(key('f'))])), {
    message: 'the disk of the embedded store failed',
  });
  const isTold = async (): Promise<boolean> =>
    (await store.inspect()).some(({ code, fatal }) => code === 'disk_failed' && fatal);
  t.same([await isTold(), await isTold()], [true, true]);
  failing = false;
  t.notOk(await isTold());
});

t.test('a commit that the disk fails to sync is taken back as a whole', async (t) => {
  let failing = false;
  await watchSyncs(t, async () => {
    await sleep(50);
    if (failing) throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' });
  });
  const path = fresh();
  const store = await open(path, { durableKinds: ['k'] });
  t.teardown(() => store.close());
  const [changed, consumed, removed, added, half] = ['changed', 'consumed', 'removed', 'added', 'half'].map(
    (id) => key('f', id),
  ) as [Key, Key, Key, Key, Key];
  const index = (at: number) => [{ index: 'i', of: 'o', at }];
  const fields = { a: '1', b: '2' };
  await store.commit([
    { ...put(changed, 'before'), fields, index: index(1), expiresAt: Date.now() + 1e9 },
    put(consumed),
    { ...put(removed), index: index(2) },
    put(half),
  ] as Write[]);
  const stateOf = async (of: Store) => ({
    documents: await of.read([changed, consumed, removed, added]),
    listed: (await of.list('i', 'o', { limit: 10 })).items.map(({ at, key: { id } }) => [at, id]),
  });
  const before = await stateOf(store);
  const writes: readonly Write[] = [
    {
      op: 'merge',
      key: changed,
      body: 'after',
      fields: { a: null, c: '3' },
      index: index(3),
      ifAbsent: 'refuse',
    },
    { op: 'consume', key: consumed, at: 1 },
    { op: 'remove', key: removed },
    { op: 'insert', key: added, body: 'x', index: index(4) } as Write,
    { op: 'merge', key: changed, body: 'again', ifAbsent: 'refuse' },
  ];
  failing = true;
  const beside = Array.from({ length: 6 }, (_, i) => key(`beside-${i}`));
  const later: Promise<unknown>[] = [];
  setTimeout(() => later.push(rejectionOf(store.commit([put(key('later'))]))), 5);
  const faults = await Promise.all([
    rejectionOf(store.commit(writes)),
    ...beside.map((at) => rejectionOf(store.commit([put(at)]))),
  ]);
  faults.push(...(await Promise.all(later)));
  t.equal(faults.length, 8);
  assertEach(t, faults, (fault) => fault instanceof StoreUnavailable, 'each is refused');
  t.same(await stateOf(store), before, 'and nothing of it remains');
  t.same(await store.read([...beside, key('later')]), new Array(7).fill(undefined), 'nor of those beside it');

  const refused = rejectionOf(store.commit([put(half, 'durable'), put(key('with', 'it'))]));
  const isApplied = async () => (await store.read([half]))[0]?.body === 'durable';
  while (!(await isApplied())) await setImmediate();
  const other = new DatabaseSync(path);
  other.exec("UPDATE documents SET body = 'theirs' WHERE id = 'half'");
  other.close();
  t.ok((await refused) instanceof StoreUnavailable);
  t.same(
    (await store.read([half, key('with', 'it')])).map((document) => document?.body),
    ['theirs', 'b'],
    'a commit that another one has built on stays, all of it',
  );

  failing = false;
  await store.commit(writes);
  t.same(
    (await store.read([changed, consumed, removed, added])).map((document) => document?.body),
    ['again', 'b', undefined, 'x'],
    'the same commit succeeds when the disk does',
  );
});

t.test('commits of durable kinds succeed or are refused like any other', async (t) => {
  const store = await open(fresh(), { durableKinds: ['k'] });
  t.teardown(() => store.close());
  await store.commit([put(key('f'))]);
  t.ok(await rejectionOf(store.commit([{ op: 'insert', key: key('f'), body: 'x' }])));
  await store.commit([{ op: 'insert', key: key('g'), body: 'x' }]);
  t.equal((await store.read([key('f')]))[0]?.body, 'b');
});

t.test('inspection reports a store in memory and a file that was replaced', async (t) => {
  const memory = await open(':memory:');
  t.same(
    (await memory.inspect()).map(({ code, fatal }) => [code, fatal]),
    [['not_kept', false]],
  );
  await memory.close();
  const path = fresh();
  const store = await open(path);
  t.teardown(() => store.close());
  const codes = async (): Promise<string[]> => (await store.inspect()).map(({ code }) => code);
  t.notOk((await codes()).includes('file_replaced'));
  renameSync(path, `${path}.moved`);
  t.ok((await codes()).includes('file_replaced'));

  const place = join(folder, 'taken-away');
  const within = await open(join(place, 'postern.db'), { durableKinds: ['k'] });
  t.teardown(() => within.close());
  renameSync(place, `${place}.moved`);
  await within.commit([put(key('f'))]);
  t.match(await within.inspect(), [{ code: 'file_replaced', fatal: true }], 'with its folder as well');
});

t.test('a cursor that no page returned is refused', async (t) => {
  const store = await open(':memory:');
  t.teardown(() => store.close());
  const forged = [
    'x',
    '',
    Buffer.from('[1,2,3,4]').toString('base64url'),
    Buffer.from('{}').toString('base64url'),
  ];
  for (const cursor of forged) {
    t.match(await rejectionOf(store.list('i', 'o', { limit: 1, cursor })), /start again without a cursor/);
    t.match(await rejectionOf(store.dump(cursor)), /start again without a cursor/);
  }
});

t.test("a listener that throws doesn't affect other listeners", async (t) => {
  const store = await open(':memory:');
  t.teardown(() => store.close());
  const heard: (string | undefined)[] = [];
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
  store.subscribe('topic', () => {
    throw new Error('oops');
  });
  store.subscribe('topic', (message) => heard.push(message));
  await store.publish('topic', 'm');
  t.same(heard, ['m']);
  t.match((await warned).message, /listener of the store's topic topic failed/);
});

t.test('an idle process hears of a message at once, without looking for it', async (t) => {
  const path = fresh();
  const idle = await open(path);
  const other = await open(path);
  t.teardown(() => Promise.all([idle.close(), other.close()]));
  const heard: (string | undefined)[] = [];
  idle.subscribe('topic', (message) => heard.push(message));
  for (const message of ['first', 'second']) {
    // It looks every 2 s at first, which would be 1.5 s from now.
    await sleep(4_700);
    await other.publish('topic', message);
    const publishedAt = performance.now();
    await waitFor(message, () => heard.includes(message));
    t.ok(performance.now() - publishedAt < 1_000, message);
  }
  t.same(heard, ['first', 'second']);
});
