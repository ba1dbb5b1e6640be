import { hash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { assertComplete, compareStores, copyStore, importLines } from '#src/features/store-copy/index.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  openCommandFolder,
  postern,
  RelyingParty,
  startProgram,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(300_000);

const key_encryption_key = Buffer.alloc(32, 5).toString('base64url');

const createStore = async (path: string): Promise<void> => {
  const store = await openStore(`sqlite:${path}`, { clock: Date });
  await store.close();
};

t.test('a copy into a link goes into the store that it leads to, or nowhere', async (t) => {
  const folder = await openCommandFolder(t);
  const file = (name: string): string => join(folder.cwd, name);
  const url = (name: string): string => `sqlite:${file(name)}`;
  const migrate = (from: string, to: string, ...more: string[]) =>
    folder.runInProcess(['migrate', '--from', url(from), '--to', url(to), ...more]);
  const key = { kind: 'note', family: 'f', id: '' };
  const source = await openStore(url('source.db'), { clock: Date });
  await source.commit([{ op: 'put', key, body: 'kept' }]);
  await source.close();
  const bodyIn = async (name: string): Promise<string | undefined> => {
    const store = await openStore(url(name), { clock: Date, mustExist: true });
    const [document] = await store.read([key]);
    await store.close();
    return document?.body;
  };

  await createStore(file('empty.db'));
  await symlink(file('empty.db'), file('link.db'));
  t.match(await migrate('source.db', 'link.db'), { exit: 0 });
  t.equal(await bodyIn('empty.db'), 'kept');
  t.match(await migrate('source.db', 'link.db'), { exit: 4, err: /The target is not empty/ });

  await symlink(file('nowhere.db'), file('broken.db'));
  t.match(await migrate('source.db', 'broken.db'), {
    exit: 1,
    err: /broken\.db is a link to a file that can not be reached/,
  });
  t.notOk(existsSync(file('nowhere.db')), 'no store is made where a link leads');

  await symlink(file('source.db'), file('same.db'));
  t.match(await migrate('source.db', 'same.db', '--overwrite'), {
    exit: 2,
    err: /--from and --to lead to the same store/,
  });
  t.equal(await bodyIn('source.db'), 'kept');

  await writeFile(file('notes.txt'), 'of someone else '.repeat(500));
  await symlink(file('notes.txt'), file('notes.db'));
  const refused = await migrate('source.db', 'notes.db', '--overwrite');
  t.not(refused.exit, 0);
  t.match(await readFile(file('notes.txt'), 'utf8'), /^(of someone else ){500}$/, 'left as it is');
});

t.test('an impossible copy or import is refused with a sentence, and nothing is written', async (t) => {
  const folder = await openCommandFolder(t);
  const file = (name: string): string => join(folder.cwd, name);
  await createStore(file('empty.db'));
  await writeFile(file('lost.db'), '');
  const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
    [['migrate'], 2, /required option '--to <url>' not specified/],
    [['migrate', '--from', 'sqlite:a', '--to', 'sqlite:a'], 2, /--from and --to are the same store/],
    [['migrate', '--to', 'memory:'], 2, /A store in memory is out of reach/],
    [
      ['migrate', '--from', `sqlite:${file('none.db')}`, '--to', `sqlite:${file('other.db')}`],
      3,
      /there is no store at \S+none\.db: start the server, which creates it, or correct --from/,
    ],
    [
      ['migrate', '--from', `sqlite:${file('empty.db')}`, '--to', `sqlite:${file('other.db')}`],
      3,
      /The source holds nothing: check the address in --from/,
    ],
    [
      ['migrate', '--from', `sqlite:${file('lost.db')}`, '--to', `sqlite:${file('other.db')}`],
      1,
      /lost\.db is empty \(0 bytes\), so its content is lost/,
    ],
    [
      ['migrate', '--from', `sqlite:${file('empty.db')}`, '--to', 'mysql://x'],
      2,
      /--to has the unknown scheme mysql:/,
    ],
    [
      ['migrate', '--from', 'mysql://x', '--to', 'sqlite:there.db'],
      2,
      /--from has the unknown scheme mysql:/,
    ],
    [['import', file('nothing')], 2, /There is no file .*nothing: name what `postern export` wrote/],
  ];
  for (const [args, exit, err] of refusals)
    t.match(await folder.runInProcess(args), { exit, err }, args.join(' '));

  const key = { kind: 'client', family: 'f', id: '' };
  const first = { postern: 'export', v: 1, at: '2027-01-31T00:00:00.000Z' };
  const entry = { type: 'document', key, document: { body: '{"v":1}', parts: {} } };
  const sha256 = (lines: readonly unknown[]): string =>
    hash('sha256', lines.map((line) => `${JSON.stringify(line)}\n`).join(''), 'base64url');
  const end = { end: true, entries: 1, sha256: sha256([first, entry]) };
  const claimed = { ...entry.document, claim: { nonce: 'a b', at: 1 } };
  const files: readonly (readonly [what: string, lines: readonly unknown[], said: RegExp])[] = [
    ['empty', [], /Line 1 of the file is missing: the file broke off/],
    ['something else', [{ a: 1 }], /Line 1 of the file does not begin an export/],
    [
      'of a later release',
      [{ ...first, v: 2 }, entry, end],
      /Line 1 .* of version 2, which this release can not read/,
    ],
    ['broken off', [first, entry], /Line 3 of the file is missing/],
    ['short of a line', [first, { end: true, entries: 1 }], /Line 2 .* promises 1 entries, but there are 0/],
    ['with more behind its end', [first, entry, end, entry], /Line 4 of the file comes after the end/],
    [
      'with a session in it',
      [first, { ...entry, key: { ...key, kind: 'se' } }, end],
      /a record of the kind se, which/,
    ],
    [
      'with a line that is none',
      [first, { ...entry, document: {} }, end],
      /Line 2 of the file is not an entry/,
    ],
    [
      'with a part whose name holds a space',
      [first, { ...entry, document: { body: '', parts: { 'a b': '' } } }, end],
      /Line 2 of the file is not an entry/,
    ],
    ['with a claim that is none', [first, { ...entry, document: claimed }, end], /Line 2 .* is not an entry/],
    [
      'with a line that was changed',
      [first, { ...entry, document: { body: '{"v":2}', parts: {} } }, end],
      /Line 3 .* another digest than the lines before it/,
    ],
  ];
  for (const [what, lines, said] of files) {
    await writeFile(file('in.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    t.match(await folder.runInProcess(['import', file('in.ndjson')]), { exit: 2, err: said }, what);
  }
  const raw: readonly (readonly [what: string, bytes: Buffer, said: RegExp])[] = [
    ['text', Buffer.from('nothing'), /Line 1 of the file is not JSON/],
    ['bytes', Buffer.alloc(5000, 0xa5), /Line 1 of the file is not JSON/],
    ['a database', readFileSync(file('store.db')), /Line 1 of the file is not JSON/],
  ];
  for (const [what, bytes, said] of raw) {
    await writeFile(file('in.ndjson'), bytes);
    t.match(await folder.runInProcess(['import', file('in.ndjson')]), { exit: 2, err: said }, what);
  }
  t.match(await folder.runInProcess(['import', folder.cwd]), {
    exit: 2,
    err: /is not a file: name one that/,
  });
  t.equal(
    (await folder.runInProcess(['client', 'list'])).out,
    'There are no clients; `client add` makes one.\n',
  );
});

t.test('an installation is copied to Redis and back, and sessions stay valid', async (t) => {
  const redis = await ensureRedis();
  const prefix = freshPrefix();
  const first = await startServerProcess(t, { config: { ...usualConfig, security: { key_encryption_key } } });
  t.teardown(() => Promise.all([first.close(), redis.close()]));
  const home = `sqlite:${join(first.cwd, 'store.db')}`;
  const party = new RelyingParty(first.url);
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser);
  const { body: tokens } = await party.redeem(code, verifier);
  t.equal((await first.command(['account', 'add', 'grace', '--generate'])).exit, 0);
  first.signal('SIGINT');
  await first.ended;

  const flags = ['--set', `store.prefix=${prefix}`];
  const move = (...args: string[]) => first.command(['migrate', ...flags, ...args]);
  const moved = await move('--to', redis.url);
  t.match(moved, { exit: 0, out: /^The same in both, by kind:\n( {2}\S.*\n)+ {2}in lists +\d+\n$/ });
  t.match(moved.out, /\n {2}account +1\n/);
  t.match(await move('--to', redis.url), {
    exit: 4,
    err: /The target is not empty: name an empty store, or --overwrite/,
  });
  t.match(await move('--to', redis.url, '--overwrite', '--json'), { exit: 0, out: /"ok": true/ });

  const { issuer, port } = { issuer: first.url, port: first.port };
  const second = await startServerProcess(t, {
    port,
    config: { ...usualConfig, issuer, store: { url: redis.url, prefix }, security: { key_encryption_key } },
  });
  t.equal((await party.redeem(code, verifier)).body['error'], 'invalid_grant', 'a spent code stays spent');
  const again = await codeFor(party, browser);
  const more = await party.redeem(again.code, again.verifier);
  t.equal(more.status, 200, 'the session and the consent came along');
  t.equal((await party.refresh(String(more.body['refresh_token']))).status, 200);
  const shown = await party.post('/oauth/introspect', { token: String(tokens['access_token']) });
  t.equal(shown.status, 200);
  t.match(await second.command(['audit', 'verify']), { exit: 0 }, 'the copied record is intact');
  second.signal('SIGINT');
  await second.ended;

  const back = await move('--from', redis.url, '--to', 'sqlite:back.db', '--json');
  t.match(back, { exit: 0 });
  t.match(JSON.parse(back.out), {
    ok: true,
    missing: 0,
    different: 0,
    unlisted: 0,
    documents: { account: 1, se: 1 },
  });
  t.ok(home !== 'sqlite:back.db');
  await second.close();
});

t.test('an interrupted copy resumes, and no server starts on a partial copy', async (t) => {
  const folder = await openCommandFolder(t);
  const url = (name: string): string => `sqlite:${join(folder.cwd, name)}`;
  const source = await openStore(url('a.db'), { clock: Date });
  for (let n = 0; n < 2_000; n += 250) {
    await source.commit(
      Array.from({ length: 250 }, (_, i) => ({
        op: 'put',
        key: { kind: 'client', family: `f${n + i}`, id: '' },
        body: '{"v":1}',
        index: [{ index: 'things', of: 'all', at: n + i }],
      })),
    );
  }
  t.match(
    await folder.runInProcess(['migrate', '--from', url('a.db'), '--to', `${url('')}/./a.db`, '--overwrite']),
    { exit: 2, err: /--from and --to lead to the same store/ },
    'which would have been emptied',
  );
  const target = await openStore(url('b.db'), { clock: Date });
  let pages = 0;
  const failing = {
    ...source,
    dump: (cursor?: string) => {
      pages += 1;
      // The first read checks whether the target is empty.
      if (pages > 4) throw new StoreUnavailable('the wire was cut');
      return source.dump(cursor);
    },
  };
  const recorded: number[] = [];
  const onProgress = (entries: number): void => void recorded.push(entries);
  const parts = { target, from: url('a.db'), overwrite: false, onProgress };
  await t.rejects(copyStore({ ...parts, source: failing }), StoreUnavailable);
  t.same(recorded, [500, 1_000, 1_500], 'and shows its progress');
  t.match(await compareStores(source, target, Date), { missing: 2_000 - 750, different: 0 });
  await t.rejects(
    copyStore({ ...parts, source, from: 'sqlite:other.db' }),
    /A copy of another store into this one was not completed/,
  );
  const early = await startServerProcess(t, { ready: false, config: { store: { url: url('b.db') } } });
  t.match(await early.ended, { code: 4 });
  t.match(early.log(), /run the same `postern migrate` again, it goes on where it stopped/);
  await early.close();

  t.match(await folder.runInProcess(['migrate', '--from', url('b.db'), '--to', url('c.db')]), {
    exit: 4,
    err: /A copy or an import into the source was not completed itself/,
  });
  const resumed = await folder.runInProcess(['migrate', '--from', url('a.db'), '--to', url('b.db')]);
  t.match(resumed, {
    exit: 0,
    err: /Went on after 1,500 entries\./,
    out: /client +2,000\n {2}in lists +2,000\n/,
  });

  const thing = (family: string) => ({ kind: 'client', family, id: '' });
  await target.commit([{ op: 'put', key: thing('f7'), body: '{"v":2}' }]);
  await target.commit([{ op: 'remove', key: thing('f8') }]);
  await target.commit([{ op: 'put', key: thing('strange'), body: '{"v":1}' }]);
  t.match(
    await compareStores(source, target, Date),
    { missing: 1, different: 1, unlisted: 2, extra: 1 },
    'what differs is seen',
  );
  const again = ['migrate', '--from', url('a.db'), '--to', url('b.db'), '--overwrite'];
  t.match(
    await folder.runInProcess(again),
    { exit: 0, out: /client +2,000\n/ },
    'and repaired by another copy',
  );
  t.same(await target.read([thing('strange')]), [undefined], 'which leaves nothing of what was there');
  await source.close();
  await target.close();
});

t.test('a source that is still being written to is detected', async (t) => {
  const open = () => openStore('memory:', { clock: Date });
  const [source, target] = await Promise.all([open(), open()]);
  const code = { kind: 'ac', family: 'f', id: 'c' };
  const grant = { kind: 'gr', family: 'f', id: '' };
  await source.commit([code, grant].map((key) => ({ op: 'put', key, body: '{"v":1}' })));
  const parts = { from: 'sqlite:a.db', overwrite: false, onProgress: () => {} };
  await copyStore({ ...parts, source, target });
  await source.commit([{ op: 'consume', key: code, at: Date.now() }]);
  t.match(await compareStores(source, target, Date), { different: 1, extra: 0 }, 'a code that was redeemed');
  await source.commit([{ op: 'remove', key: grant }]);
  t.match(await compareStores(source, target, Date), { extra: 1 }, 'a grant that was revoked');
  await t.rejects(assertComplete(target), { code: 'copy_unfinished' }, 'no server starts on what differs');
  await Promise.all([source.close(), target.close()]);
});

t.test('a killed copy resumes, between any two kinds of store', async (t) => {
  const [redis, cluster, folder] = await Promise.all([ensureRedis(), startCluster(), openCommandFolder(t)]);
  t.teardown(() => Promise.all([redis.close(), cluster.close()]));
  const prefix = freshPrefix();
  const home = `sqlite:${join(folder.cwd, 'home.db')}`;
  const open = (url: string) => openStore(url, { clock: Date, prefix });
  const count = 6_000;
  const source = await open(home);
  for (let n = 0; n < count; n += 250) {
    await source.commit(
      Array.from({ length: 250 }, (_, i) => ({
        op: 'put',
        key: { kind: 'client', family: `f${n + i}`, id: '' },
        body: '{"v":1}',
        fields: { secret: `s3cret-${n + i}` },
        index: [{ index: 'things', of: `${i % 10}`, at: n + i }],
      })),
    );
  }

  const leg = async (from: string, to: string): Promise<void> => {
    const args = ['migrate', '--set', `store.prefix=${prefix}`, '--from', from, '--to', to, '--overwrite'];
    const first = startProgram(t, postern, args);
    const target = await open(to);
    await waitFor('the copy to be under way', async () => {
      const [mark] = await target.read([{ kind: 'moving', family: 'moving', id: '' }]);
      return mark !== undefined && JSON.parse(mark.body).cursor !== undefined;
    });
    first.kill();
    await first.ended;
    await t.rejects(assertComplete(target), { code: 'copy_unfinished' });
    await target.close();
    const second = await folder.run(args.slice(0, -1));
    t.match(second, { exit: 0, out: /client +6,000\n {2}in lists +6,000\n/ }, second.err);
    t.match(
      second.err,
      /^([\d,]+ entries copied …\n)*Went on after [\d,]+ entries\.\nComparing both …\n/,
      'plain lines without a terminal',
    );
    t.notMatch(first.out() + second.out + second.err, /s3cret/);
  };
  const way = [home, redis.url, cluster.url, redis.url, `sqlite:${join(folder.cwd, 'back.db')}`];
  for (const [at, to] of way.slice(1).entries()) await leg(way[at] ?? '', to);
  const back = await open(way.at(-1) ?? '');
  t.match(await compareStores(source, back, Date), { documents: { client: count }, different: 0, extra: 0 });
  await Promise.all([source.close(), back.close()]);
});

t.test('a store that refuses the password is named without the password', async (t) => {
  const redis = await startRedis();
  const folder = await openCommandFolder(t);
  t.teardown(() => redis.close());
  await redisCommand(redis.port, 'config', 'set', 'requirepass', 's3cret');
  const wrong = `redis://default:s3cret-wrong@127.0.0.1:${redis.port}`;
  const empty = join(folder.cwd, 'empty.db');
  await createStore(empty);
  for (const args of [
    ['--from', `sqlite:${empty}`, '--to', wrong],
    ['--from', wrong, '--to', 'sqlite:x.db'],
  ]) {
    const { exit, out, err } = await folder.run(['migrate', ...args]);
    t.equal(exit, 1);
    t.match(err, /user name or password/);
    t.notMatch(out + err, /s3cret/);
  }
});

t.test('durable records are exported to a file and imported from it', async (t) => {
  const config = { clients: usualConfig.clients, security: { key_encryption_key } };
  const first = await startServerProcess(t, { config });
  const made = await first.command(['account', 'add', 'ada'], 'correct horse battery\n');
  t.equal(made.exit, 0, made.err);
  const shop = await first.command(['client', 'add', '--id', 'shop', '--type', 'machine', '--json']);
  const secret = JSON.parse(shop.out).client_secret;
  t.match(secret, /.{30}/);
  const exported = await first.command(['export']);
  t.equal(exported.exit, 0);
  const lines = exported.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(lines[0], { postern: 'export', v: 1 });
  t.match(lines.at(-1), { end: true, entries: lines.length - 2 });
  t.notMatch(exported.out, /correct horse battery/);
  t.notMatch(exported.out, secret, 'only hashes and encrypted keys');

  const fresh = await openCommandFolder(t);
  const kek = ['--set', `security.key_encryption_key=${key_encryption_key}`];
  const path = join(fresh.cwd, 'export.ndjson');
  await writeFile(path, exported.out);
  t.match(await fresh.runInProcess([...kek, 'import', path]), {
    exit: 0,
    out: /^Imported, by kind:\n(.*\n)* {2}account +1\n/,
  });
  t.match(await fresh.runInProcess([...kek, 'import', path]), {
    exit: 4,
    err: /that is in the file as well: import into an empty store, or --overwrite/,
  });
  t.match(await fresh.runInProcess([...kek, 'import', path, '--overwrite']), { exit: 0 });
  t.match(await fresh.runInProcess([...kek, 'account', 'list']), { exit: 0, out: /ada/ });

  const half = await openStore('memory:', { clock: Date });
  const linesOf = (text: string) =>
    async function* () {
      yield* text.trimEnd().split('\n');
    };
  const cut = { ...half, load: () => Promise.reject(new StoreUnavailable('the wire was cut')) };
  const file = linesOf(exported.out);
  await t.rejects(importLines({ store: cut, lines: file, overwrite: false }), StoreUnavailable);
  await t.rejects(
    assertComplete(half),
    { message: /run the same `postern import` again/ },
    'no server starts on half',
  );
  const copied = { from: 'sqlite:a.db', overwrite: false, onProgress: () => {} };
  await t.rejects(copyStore({ ...copied, source: half, target: half }), /an import into the source/);
  const other = await openStore('memory:', { clock: Date });
  await other.load([
    { type: 'document', key: { kind: 'client', family: 'f', id: '' }, document: { body: '1', fields: {} } },
  ]);
  await t.rejects(
    copyStore({ ...copied, source: other, target: half }),
    /An import into the target was not completed/,
  );
  await other.close();
  const others = linesOf((await fresh.runInProcess([...kek, 'export'])).out);
  await t.rejects(importLines({ store: half, lines: others, overwrite: false }), { code: 'copy_unfinished' });
  await importLines({ store: half, lines: file, overwrite: false });
  await assertComplete(half);
  await half.close();
  t.match(
    await fresh.runInProcess([...kek, 'audit', 'verify']),
    { exit: 0, out: /in \d chains/ },
    'with all of its past',
  );
  const keys = await first.command(['keys', 'list', '--json']);
  const there = await fresh.runInProcess([...kek, 'keys', 'list', '--json']);
  const kids = (text: string): string[] => JSON.parse(text).keys.map(({ kid }: { kid: string }) => kid);
  t.same(kids(there.out), kids(keys.out), 'the same keys sign');
});
