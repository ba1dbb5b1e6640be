import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import { type Audit, createAudit, csvLine, listRecords, verify } from '#src/services/audit/index.ts';
import { loadSecretCipher } from '#src/services/keys/index.ts';
import type { Clock, Store } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import { createManualClock } from '../support/clocks.ts';
import { freshPrefix } from '../support/redis.ts';
import { startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  secret,
  startInProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

interface Listed {
  readonly items: readonly {
    readonly type: string;
    readonly outcome: string;
    readonly reason?: string;
    readonly client?: string;
    readonly account?: string;
    readonly correlation?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  }[];
  readonly next?: string;
}

// The output of the command has this shape.
const parsed = (text: string): Listed => JSON.parse(text);

t.test('events of the endpoints and of commands are on record, without secrets', async (t) => {
  const folder = await openCommandFolder(t);
  const config = {
    ...usualConfig,
    store: { url: `sqlite:${join(folder.cwd, 'store.db')}` },
    audit: { enabled: true },
  };
  const server = await startInProcess(t, config);
  const party = new RelyingParty(server.issuer);
  const browser = new Browser();

  const wrong = newVerifier();
  const login = await browser.open(party.authorizationUrl(wrong));
  await browser.submit(login, { login: 'ada', password: 'hunter2-hunter2' });
  const { code, verifier } = await codeFor(party, browser);
  const tokens = await party.redeem(code, verifier);
  t.equal(tokens.status, 200);
  const replayed = await party.redeem(code, verifier);
  t.equal(replayed.status, 400);
  const stranger = await new RelyingParty(
    server.issuer,
    'app',
    'not-the-secret-of-this-client-at-all',
  ).redeem(code, verifier);
  t.equal(stranger.status, 401);
  await server.stop();
  t.equal((await folder.runInProcess(['account', 'add', 'grace', '--generate'])).exit, 0);

  const list = async (...flags: string[]) => {
    const { exit, out, err } = await folder.runInProcess(['audit', 'list', '--json', ...flags]);
    t.equal(exit, 0, `${flags.join(' ')} ${err}`);
    return parsed(out);
  };
  const all = await list('--limit', '1000');
  const refusals = await list('--type', 'token.refused');
  t.same(
    refusals.items.map(({ reason, correlation }) => [reason, correlation]),
    [
      ['invalid_client', stranger.headers.get('x-request-id')],
      ['invalid_grant', replayed.headers.get('x-request-id')],
    ],
    'the latest first, each with the id that its answer carried',
  );
  t.match((await list('--type', 'sign-in', '--outcome', 'refused')).items, [
    { client: 'app', reason: 'wrong_password', account: String, address: '127.0.0.1' },
  ]);
  t.match((await list('--type', 'token.issued')).items, [
    { outcome: 'ok', client: 'app', details: { grant_type: 'authorization_code', door: 'engine' } },
  ]);
  t.match((await list('--type', 'account.added')).items, [
    { account: String, details: { door: 'cli', operator: String } },
  ]);
  const [{ account: grace = '' } = {}] = (await list('--type', 'account.added')).items;
  const shown = await folder.runInProcess(['audit', 'list', '--type', 'account.added']);
  t.match(shown.out, /account\.added +ok +grace /, 'tables show the user name');
  t.notMatch(shown.out, grace);
  for (const given of ['Grace', grace]) {
    const { items } = await list('--account', given);
    t.ok(items.length > 0, given);
    const { out } = await folder.runInProcess(['audit', 'export', '--account', given]);
    const exported = out.trimEnd().split('\n');
    t.equal(exported.length, items.length);
    assertEach(t, items, ({ account }) => account === grace, 'its records alone');
    assertEach(t, exported, (line) => line.includes(grace), 'its records alone');
  }
  const unknown = await folder.runInProcess(['audit', 'list', '--account', 'nobody-at-all']);
  t.match(unknown, { exit: 0, out: /Nothing of that kind/ });
  const person = all.items.find(({ type, outcome }) => type === 'sign-in' && outcome === 'ok')?.account ?? '';
  const hers = await list('--account', person);
  t.ok(hers.items.length > 2);
  assertEach(t, hers.items, ({ account }) => account === person, 'by account');
  const ofClient = await list(
    '--client',
    'app',
    '--from',
    '1h',
    '--correlation',
    replayed.headers.get('x-request-id') ?? '',
  );
  t.match(ofClient.items, [{ type: 'token.refused' }, { type: 'grant.revoked' }]);
  const first = await list('--limit', '3');
  const second = await list('--limit', '3', '--cursor', first.next ?? '');
  t.same([...first.items, ...second.items], all.items.slice(0, 6), 'page by page');

  const used = [
    password,
    secret,
    'hunter2-hunter2',
    code,
    verifier,
    wrong,
    'not-the-secret-of-this-client-at-all',
  ];
  used.push(
    ...Object.values(tokens.body)
      .filter((value) => String(value).length > 30)
      .map(String),
  );
  used.push(...[...browser.cookies.values()].map(({ value }) => value));
  const csv = (await folder.runInProcess(['audit', 'export', '--format', 'csv'])).out;
  const ndjson = (await folder.runInProcess(['audit', 'export'])).out;
  for (const one of used) t.notOk(`${csv}${ndjson}`.includes(one), 'it contains no credentials');
  const lines = ndjson
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.equal(lines.length, all.items.length);
  t.same(lines.toReversed(), all.items, 'an export is the list, the earliest first');
  t.equal(csv.trimEnd().split('\r\n').length, lines.length + 1);

  const whole = await folder.runInProcess(['audit', 'verify']);
  t.match(whole, { exit: 0, out: /^The record is whole: \d+ records in 2 chains\.\n$/ });
  await writeFile(
    join(folder.cwd, 'heads.json'),
    (await folder.runInProcess(['audit', 'verify', '--json'])).out,
  );
  t.match(await folder.runInProcess(['audit', 'verify', '--heads', join(folder.cwd, 'heads.json')]), {
    exit: 0,
  });

  const store = await openStore(config.store.url, { clock: Date });
  const [some] = (await store.list('audit', 'all', { limit: 1 })).items;
  t.ok(some);
  if (some) {
    const body = some.document.body.replace('"outcome":"ok"', '"outcome":"failed"');
    await store.commit([{ op: 'put', key: some.key, body }]);
  }
  await store.close();
  const broken = await folder.runInProcess(['audit', 'verify']);
  t.match(broken, { exit: 1, out: /^chain \S+, record \d+: was changed after it was written\n/ });
  t.match(broken.err, /^postern: The audit record was tampered with, or damaged: 1 problems\. /);
});

t.test('a query that is not supported is refused with a sentence', async (t) => {
  const folder = await openCommandFolder(t);
  const refusals: readonly (readonly [readonly string[], RegExp])[] = [
    [['list', '--from', 'yesterday'], /Expected a time as 2027-01-31, .* 24h or 7d \(ago\)/],
    [['list', '--outcome', 'good'], /Expected ok, refused or failed/],
    [['list', '--limit', '0'], /whole number from 1 to 1000/],
    [['export', '--format', 'xml'], /Expected ndjson or csv/],
    [
      ['verify', '--heads', 'nothing.json'],
      /nothing\.json does not hold what `postern audit verify --json` answered/,
    ],
  ];
  for (const [args, sentence] of refusals)
    t.match(await folder.runInProcess(['audit', ...args]), { exit: 2, err: sentence });
  await (await openStore(`sqlite:${join(folder.cwd, 'store.db')}`, { clock: Date })).close();
  t.match(await folder.runInProcess(['audit', 'list']), {
    exit: 0,
    out: 'Nothing of that kind is on record.\n',
  });
  t.match(await folder.runInProcess(['audit', 'verify']), {
    exit: 0,
    out: 'The record is whole: 0 records in 0 chains.\n',
  });
});

const event = (type: string, more: Partial<SecurityEvent> = {}): SecurityEvent => ({
  type,
  outcome: 'ok',
  ...more,
});

interface Recording {
  readonly audit: Audit;
  emit(...events: SecurityEvent[]): void;
  /** Closes the recorder after everything is written, which ends the chain. */
  end(): Promise<void>;
}

const recording = async (store: Store, clock: Clock, set: readonly string[] = []): Promise<Recording> => {
  const config = testConfig(set);
  const events = createEvents((fault) => {
    throw fault;
  });
  const record = createAudit({
    store,
    config,
    clock,
    events,
    cipher: () => loadSecretCipher(config, store),
    onError: () => {},
  });
  const end = await record.start();
  return { audit: record, emit: (...all) => all.forEach(events.emit), end };
};

t.test('any tampering with the record is detected', async (t) => {
  const clock = createManualClock();
  const box = (store: Store) => loadSecretCipher(testConfig(), store);

  /** Two processes, one after the other, write chains of 1 + 5 records each. */
  const filled = async () => {
    const store = await openStore('memory:', { clock });
    const chains: string[] = [];
    for (const process of ['first', 'second']) {
      const { emit, end } = await recording(store, clock);
      for (let n = 1; n <= 5; n += 1) emit(event(`${process}.${n}`));
      clock.advance(1000);
      await end();
      const known = (await verify({ store, clock, cipher: await box(store) })).heads.map(
        ({ chain }) => chain,
      );
      chains.push(...known.filter((chain) => !chains.includes(chain)));
    }
    const key = (chain: number, seq: number) => ({
      kind: 'audit',
      family: chains[chain] ?? '',
      id: String(seq).padStart(12, '0'),
    });
    const head = (chain: number) => ({ kind: 'audit-chain', family: chains[chain] ?? '', id: '' });
    const read = async (place: ReturnType<typeof key>): Promise<string> =>
      (await store.read([place]))[0]?.body ?? '';
    return { store, key, head, read };
  };

  const acts: Readonly<
    Record<string, readonly [(world: Awaited<ReturnType<typeof filled>>) => Promise<void>, ...RegExp[]]>
  > = {
    nothing: [async () => {}],
    'one word of one record': [
      async ({ store, key, read }) => {
        const body = (await read(key(0, 3))).replace('first.2', 'first.9');
        await store.commit([{ op: 'put', key: key(0, 3), body }]);
      },
      /^3 was changed after it was written/,
    ],
    'a record with a hash that fits': [
      async ({ store, key, read }) => {
        await store.commit([{ op: 'put', key: key(0, 3), body: await read(key(0, 4)) }]);
      },
      /^3 was moved here from another place/,
    ],
    'a record of the other chain in the same place': [
      async ({ store, key, read }) => {
        await store.commit([{ op: 'put', key: key(0, 3), body: await read(key(1, 3)) }]);
      },
      /^3 was moved here/,
    ],
    'a record taken out': [
      async ({ store, key }) => store.commit([{ op: 'remove', key: key(0, 3) }]),
      /^3 is missing/,
    ],
    'the beginning': [
      async ({ store, key }) => {
        for (const seq of [1, 2, 3]) await store.commit([{ op: 'remove', key: key(1, seq) }]);
      },
      /^3 and those before it, from 1 on, are missing/,
    ],
    'the end, with a head copied from what was there': [
      async ({ store, key, head, read }) => {
        const cut = JSON.parse(await read(head(0)));
        const last = JSON.parse(await read(key(0, 5)));
        for (const seq of [6]) await store.commit([{ op: 'remove', key: key(0, seq) }]);
        const body = JSON.stringify({ ...cut, seq: 5, hash: last.hash });
        await store.commit([
          { op: 'put', key: head(0), body, index: [{ index: 'audit-chains', of: 'all', at: 0 }] },
        ]);
      },
      /^head its end was not encrypted with the key of this server/,
      /^6 was seen before and is missing now/,
    ],
    'a whole chain': [
      async ({ store, key, head }) => {
        for (let seq = 1; seq <= 6; seq += 1) await store.commit([{ op: 'remove', key: key(0, seq) }]);
        await store.commit([{ op: 'remove', key: head(0) }]);
      },
      /^6 was seen before and is missing now/,
    ],
    'a head alone': [
      async ({ store, head }) => store.commit([{ op: 'remove', key: head(1) }]),
      /^6 belongs to a chain without an end/,
    ],
    'a record behind the end': [
      async ({ store, key, read }) => {
        const index = [{ index: 'audit', of: 'all', at: 0 }];
        await store.commit([{ op: 'put', key: key(1, 7), body: await read(key(1, 6)), index }]);
      },
      /^7 comes after the end of its chain/,
    ],
    'a head that is not JSON': [
      async ({ store, head }) => {
        const index = [{ index: 'audit-chains', of: 'all', at: 0 }];
        await store.commit([{ op: 'put', key: head(1), body: '{', index }]);
      },
      /^head its end is damaged/,
    ],
  };
  for (const [what, [act, ...recorded]] of Object.entries(acts)) {
    const world = await filled();
    await act(world);
    const { problems } = await verify({ store: world.store, clock, cipher: await box(world.store) });
    const said = problems.map(({ seq, message }) => `${seq ?? 'head'} ${message}`);
    t.equal(said.length, recorded.length, `${what}: ${said}`);
    for (const one of recorded)
      t.ok(
        said.some((words) => one.test(words)),
        `${what}: ${said}`,
      );
    await world.store.close();
  }

  const world = await filled();
  const { heads } = await verify({ store: world.store, clock, cipher: await box(world.store) });
  const { store } = world;
  for (const seq of [1, 2, 3, 4, 5, 6]) await store.commit([{ op: 'remove', key: world.key(1, seq) }]);
  await store.commit([{ op: 'remove', key: world.head(1) }]);
  t.same(
    (await verify({ store, clock, cipher: await box(store) })).problems,
    [],
    'removing the last chain can not be detected without a copy',
  );
  t.match(
    (await verify({ store, clock, cipher: await box(store) }, heads)).problems,
    [{ seq: 6, message: 'was seen before and is missing now' }],
    'but by heads that were kept elsewhere',
  );
  await store.close();
});

t.test('records are kept as long as configured, and expired records are not reported missing', async (t) => {
  const clock = createManualClock();
  const day = 86_400_000;
  const store = await openStore('memory:', { clock });
  const cipher = await loadSecretCipher(testConfig(), store);
  const look = () => verify({ store, clock, cipher });
  const { emit, end } = await recording(store, clock, ['audit.retention_days=10']);
  emit(event('old'));
  await waitFor('the first batch', async () => (await look()).records === 2);
  clock.advance(6 * day);
  emit(event('young'));
  await end();
  t.match(await look(), { records: 3, problems: [] });
  clock.advance(5 * day);
  t.match(await look(), { records: 1, problems: [] }, 'the first two have gone');
  const { items } = await listRecords(store, {}, { limit: 10 });
  t.match(items, [{ type: 'young', seq: 3 }]);
  clock.advance(6 * day);
  t.same(await look(), { records: 0, heads: [], problems: [] });

  const forEver = await recording(store, clock, ['audit.retention_days=0']);
  forEver.emit(event('kept'));
  await forEver.end();
  clock.advance(10_000 * day);
  t.match(await look(), { records: 2, problems: [] });
  await store.close();
});

/** Opens a recorder over a Redis whose connection can be cut. */
const recordingOverWire = async () => {
  const redis = await startRedis();
  const wire = await startTcpProxy({ port: redis.port });
  const store = await openStore(`redis://127.0.0.1:${wire.port}`, {
    clock: Date,
    prefix: freshPrefix(),
    deadlineMs: 500,
  });
  const box = await loadSecretCipher(testConfig(), store);
  const { audit: record, emit, end } = await recording(store, Date);
  const close = async (): Promise<void> => {
    await store.close();
    await wire.close();
    await redis.close();
  };
  return { wire, store, box, record, emit, end, close };
};

t.test('an outage of the store delays the record, and a full queue is reported', async (t) => {
  const { wire, store, box: cipher, record, emit, end, close } = await recordingOverWire();
  emit(event('before'));
  await waitFor('the first record', () => record.state().written === 1);
  wire.refuse();
  for (let n = 0; n < 20_010; n += 1) emit(event('admin.meanwhile', { client: `client-${n % 3}` }));
  t.match(record.state(), { waiting: 20_000, dropped: 10 }, 'so many wait, no more');
  wire.heal();
  await waitFor('the record to catch up', () => record.state().waiting === 0);
  await end();
  const { items } = await listRecords(store, { type: 'audit.dropped' }, { limit: 10 });
  t.match(items, [{ outcome: 'failed', reason: 'queue_full', details: { count: 10 } }]);
  t.match(await verify({ store, clock: Date, cipher }), { records: 20_003, problems: [] });
  await close();
});

t.test('records whose write was never acknowledged are on record once', async (t) => {
  const { wire, store, box: cipher, record, emit, end, close } = await recordingOverWire();
  for (const [at, name] of ['first', 'second'].entries()) {
    wire.dropNextReply('refuse');
    emit(event(name));
    await sleep(700);
    t.equal(record.state().waiting, 1, 'as far as is known nothing is written');
    emit(event(`while the ${name} waits`));
    wire.heal();
    await waitFor('the record', () => record.state().written === 2 * (at + 1));
  }
  await end();
  const { items } = await listRecords(store, {}, { limit: 100 });
  t.equal(items.length, 1 + 4, 'each once, and one opening');
  const { records, heads, problems } = await verify({ store, clock: Date, cipher });
  t.match({ records, chains: heads.length, problems }, { records: 5, chains: 1, problems: [] });
  await close();
});

t.test('a CSV cell is never a formula', async (t) => {
  const at = Date.UTC(2027, 0, 31);
  const record = { v: 1, chain: 'c', seq: 1, at, prev: '', hash: 'h', type: 'x', outcome: 'ok' } as const;
  for (const nasty of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\r=1']) {
    const line = csvLine({ ...record, client: nasty });
    t.equal(line, `"2027-01-31T00:00:00.000Z","x","ok","","'${nasty}","","","","1","","","","c","1","h"\r\n`);
  }
  t.match(
    csvLine({ ...record, reason: 'say "no"', details: { a: '1,2' } }),
    /,"say ""no""",.*,"\{""a"":""1,2""\}",/,
  );
});

t.test('an export does not overwrite an existing file', async (t) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-audit-'));
  t.teardown(() => rm(cwd, { recursive: true, force: true }));
  const url = `sqlite:${join(cwd, 'store.db')}`;
  const record = async (type: string) => {
    const store = await openStore(url, { clock: Date });
    const running = await recording(store, Date, [`store.url=${url}`]);
    running.emit(event(type));
    await running.end();
    await store.close();
  };
  await record('one');
  await Promise.all(['two', 'three', 'four'].map(record));
  const store = await openStore(url, { clock: Date });
  const cipher = await loadSecretCipher(testConfig([`store.url=${url}`]), store);
  t.match(
    await verify({ store, clock: Date, cipher }),
    { records: 8, problems: [] },
    'four chains, none in the way of another',
  );
  await store.close();
});
