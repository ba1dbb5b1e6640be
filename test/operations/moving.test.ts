import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { compareStores, copyStore } from '#src/features/moving/index.ts';
import { Unavailable } from '#src/store/errors.ts';
import { Browser } from '../support/browser.ts';
import { openFolder } from '../support/command.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { codeFor, RelyingParty, usual } from '../support/relying-party.ts';
import { startServerProcess } from '../support/server-process.ts';

const key_encryption_key = Buffer.alloc(32, 5).toString('base64url');

t.test(
  'what can not be copied or brought back is refused in a sentence, and nothing is written',
  async (t) => {
    const folder = await openFolder();
    t.teardown(() => folder.close());
    const file = (name: string): string => join(folder.cwd, name);
    const refusals: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['migrate'], 2, /required option '--to <url>' not specified/],
      [['migrate', '--from', 'sqlite:a', '--to', 'sqlite:a'], 2, /--from and --to are the same store/],
      [['migrate', '--to', 'memory:'], 2, /A store in memory is out of reach/],
      [['migrate', '--to', 'mysql://x'], 1, /unknown scheme mysql:/],
      [['import', file('nothing')], 2, /There is no file .*nothing: name what `postern export` wrote/],
    ];
    for (const [args, exit, err] of refusals)
      t.match(await folder.runHere(args), { exit, err }, args.join(' '));

    const key = { kind: 'client', family: 'f', id: '' };
    const first = { postern: 'export', v: 1, at: '2027-01-31T00:00:00.000Z' };
    const entry = { type: 'document', key, document: { body: '{"v":1}', parts: {} } };
    const end = { end: true, entries: 1 };
    const files: readonly (readonly [what: string, lines: readonly unknown[], said: RegExp])[] = [
      ['empty', [], /Line 1 of the file is missing: the file broke off/],
      ['something else', [{ a: 1 }], /Line 1 of the file does not begin an export/],
      [
        'of a later release',
        [{ ...first, v: 2 }, entry, end],
        /Line 1 .* of version 2, which this release can not read/,
      ],
      ['broken off', [first, entry], /Line 3 of the file is missing/],
      [
        'short of a line',
        [first, { end: true, entries: 1 }],
        /Line 2 .* promises 1 entries, but there are 0/,
      ],
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
    ];
    for (const [what, lines, said] of files) {
      await writeFile(file('in.ndjson'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      t.match(await folder.runHere(['import', file('in.ndjson')]), { exit: 2, err: said }, what);
    }
    await writeFile(file('in.ndjson'), 'nothing');
    t.match(await folder.runHere(['import', file('in.ndjson')]), {
      exit: 2,
      err: /Line 1 of the file is not JSON/,
    });
    t.equal(
      (await folder.runHere(['client', 'list'])).out,
      'There are no clients; `client add` makes one.\n',
    );
  },
);

t.test('an installation moves to Redis and on, and nobody has to sign in again', async (t) => {
  const redis = await ensureRedis();
  const prefix = freshPrefix();
  const first = await startServerProcess({ config: { ...usual, security: { key_encryption_key } } });
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
  const second = await startServerProcess({
    port,
    config: { ...usual, issuer, store: { url: redis.url, prefix }, security: { key_encryption_key } },
  });
  t.equal((await party.redeem(code, verifier)).body['error'], 'invalid_grant', 'a spent code stays spent');
  const again = await codeFor(party, browser);
  const more = await party.redeem(again.code, again.verifier);
  t.equal(more.status, 200, 'the session and the consent came along');
  t.equal((await party.refresh(String(more.body['refresh_token']))).status, 200);
  const shown = await party.post('/oauth/introspect', { token: String(tokens['access_token']) });
  t.equal(shown.status, 200);
  t.match(await second.command(['audit', 'verify']), { exit: 0 }, 'the record is whole in its new place');
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

t.test('a copy that was broken off goes on, and no server starts on half of one', async (t) => {
  const folder = await openFolder();
  t.teardown(() => folder.close());
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
  const target = await openStore(url('b.db'), { clock: Date });
  let pages = 0;
  const failing = {
    ...source,
    dump: (cursor?: string) => {
      pages += 1;
      if (pages > 3) throw new Unavailable('the wire was cut');
      return source.dump(cursor);
    },
  };
  const parts = { target, from: url('a.db'), overwrite: false, onProgress: () => {} };
  await t.rejects(copyStore({ ...parts, source: failing }), Unavailable);
  t.match(await compareStores(source, target, Date), { missing: 2_000 - 750, different: 0 });
  await t.rejects(
    copyStore({ ...parts, source, from: 'sqlite:other.db' }),
    /A copy of another store into this one was not completed/,
  );
  const early = await startServerProcess({ failing: true, config: { store: { url: url('b.db') } } });
  t.match(await early.ended, { code: 4 });
  t.match(early.log(), /run the same `postern migrate` again, it goes on where it stopped/);
  await early.close();

  const resumed = await folder.runHere(['migrate', '--from', url('a.db'), '--to', url('b.db')]);
  t.match(resumed, {
    exit: 0,
    err: /Went on after 1,500 entries\./,
    out: /client +2,000\n {2}in lists +2,000\n/,
  });

  await target.commit([{ op: 'put', key: { kind: 'client', family: 'f7', id: '' }, body: '{"v":2}' }]);
  await target.commit([{ op: 'remove', key: { kind: 'client', family: 'f8', id: '' } }]);
  t.match(
    await compareStores(source, target, Date),
    { missing: 1, different: 1, unlisted: 2 },
    'what differs is seen',
  );
  await source.close();
  await target.close();
});

t.test('what must not be lost fits in a file, and comes back from it', async (t) => {
  const config = { clients: usual.clients, security: { key_encryption_key } };
  const first = await startServerProcess({ config });
  t.teardown(() => first.close());
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
  t.notMatch(exported.out, secret, 'hashes and sealed keys alone');

  const fresh = await openFolder();
  t.teardown(() => fresh.close());
  const kek = ['--set', `security.key_encryption_key=${key_encryption_key}`];
  const path = join(fresh.cwd, 'export.ndjson');
  await writeFile(path, exported.out);
  t.match(await fresh.runHere([...kek, 'import', path]), {
    exit: 0,
    out: /^Imported, by kind:\n(.*\n)* {2}account +1\n/,
  });
  t.match(await fresh.runHere([...kek, 'import', path]), {
    exit: 4,
    err: /that is in the file as well: import into an empty store, or --overwrite/,
  });
  t.match(await fresh.runHere([...kek, 'import', path, '--overwrite']), { exit: 0 });
  t.match(await fresh.runHere([...kek, 'account', 'list']), { exit: 0, out: /ada/ });
  t.match(
    await fresh.runHere([...kek, 'audit', 'verify']),
    { exit: 0, out: /in \d chains/ },
    'with all of its past',
  );
  const keys = await first.command(['keys', 'list', '--json']);
  const there = await fresh.runHere([...kek, 'keys', 'list', '--json']);
  const kids = (text: string): string[] => JSON.parse(text).keys.map(({ kid }: { kid: string }) => kid);
  t.same(kids(there.out), kids(keys.out), 'the same keys sign');
});
