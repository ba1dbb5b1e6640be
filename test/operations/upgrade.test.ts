import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { createEvents } from '#src/events.ts';
import { fromFileEntry } from '#src/features/store-copy/file-entry.ts';
import { verify } from '#src/services/audit/index.ts';
import { createKeys, loadSecretCipher } from '#src/services/keys/index.ts';
import type { Entry } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  startInProcess,
  testConfig,
} from '../support/setup/index.ts';

interface Held {
  readonly code: string;
  readonly verifier: string;
  readonly refresh: string;
  readonly cookie: string;
  readonly account: string;
  readonly kid: string;
}

const [first = '', ...lines] = (await readFile(new URL('./versions/1.ndjson', import.meta.url), 'utf8'))
  .trimEnd()
  .split('\n');
/** The credentials of a person and a client at the time the file was written. */
const { held }: { held: Held } = JSON.parse(first);
const auditRecords = lines.filter((line) =>
  line.startsWith(`{"type":"document","key":{"kind":"audit",`),
).length;

const key_encryption_key = Buffer.alloc(32, 1).toString('base64url');

/** The records as written, with lifetimes moved into the future. */
const written = (): Entry[] => {
  const later = Date.now() + 86_400_000;
  return lines.map((line) => {
    const entry = fromFileEntry(JSON.parse(line));
    return entry.type === 'document' && entry.document.expiresAt !== undefined
      ? { ...entry, document: { ...entry.document, expiresAt: later } }
      : entry;
  });
};

/** The same records as a later release might write them, with contents unknown to this one. */
const asVersion2 = (entry: Entry): Entry => {
  if (entry.type === 'index') return entry;
  const body = entry.document.body.replace(/^1(?=[{[])/, '2').replace(/^(\{"v":|\[)1/, '$12');
  return { ...entry, document: { ...entry.document, body } };
};

const openOn = async (t: Test, entries: readonly Entry[]) => {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-upgrade-'));
  t.teardown(() => rm(cwd, { recursive: true, force: true }));
  const url = `sqlite:${join(cwd, 'store.db')}`;
  const store = await openStore(url, { clock: Date });
  await store.load(entries);
  await store.close();
  const config = {
    store: { url },
    keys: { rotate_every_days: 0 },
    security: { key_encryption_key, password: { memory_kib: 8192, passes: 1 } },
  };
  const server = await startInProcess(t, config);
  return { server, party: new RelyingParty(server.issuer, 'shop', secret), url };
};

const withSession = (url: string): Promise<Response> =>
  fetch(url, { redirect: 'manual', headers: { cookie: held.cookie, accept: 'text/html' } });

t.test('data of version 1 is understood: people stay signed in, and clients keep their tokens', async (t) => {
  const { server, party, url } = await openOn(t, written());
  const redeemed = await party.redeem(held.code, held.verifier);
  t.equal(redeemed.status, 200, 'a code');
  const header = JSON.parse(
    Buffer.from(String(redeemed.body['access_token']).split('.')[0] ?? '', 'base64url').toString(),
  );
  t.equal(header.kid, held.kid, 'the same key signs');
  t.equal((await party.refresh(held.refresh)).status, 200, 'a refresh token, its grant and its client');
  const back = await withSession(party.authorizationUrl(newVerifier(), { scope: 'openid email' }));
  t.match(
    new URL(back.headers.get('location') ?? '').searchParams.get('code'),
    /^.{43}$/,
    'a session and a consent',
  );
  const browser = new Browser();
  const login = await browser.open(party.authorizationUrl(newVerifier(), { prompt: 'login' }));
  const after = await browser.submit(login, { login: 'ada', password });
  t.ok(redirectParameters(after).get('code'), 'an account by its name, and its password');
  await server.app.close();
  const store = await openStore(url, { clock: Date });
  const verdict = await verify({
    store,
    clock: Date,
    cipher: await loadSecretCipher(testConfig([`security.key_encryption_key=${key_encryption_key}`]), store),
  });
  t.match(verdict, { problems: [], records: auditRecords }, 'the audit record');
  await store.close();
});

t.test('data of a later version is refused and left unchanged', async (t) => {
  const all = written();
  const future = (...kinds: string[]) =>
    all.map((entry) => (kinds.includes(entry.key.kind) ? asVersion2(entry) : entry));
  const trials: readonly (readonly [
    kind: string,
    act: (party: RelyingParty) => Promise<{ status: number }>,
  ])[] = [
    ['ac', (party) => party.redeem(held.code, held.verifier)],
    ['rt', (party) => party.refresh(held.refresh)],
    ['gr', (party) => party.refresh(held.refresh)],
    ['client', (party) => party.refresh(held.refresh)],
    ['account', (party) => party.refresh(held.refresh)],
    ['se', (party) => withSession(party.authorizationUrl(newVerifier()))],
  ];
  for (const [kind, act] of trials) {
    const entries = future(kind);
    const { server, party } = await openOn(t, entries);
    const { status } = await act(party);
    t.equal(status, 500, `${kind}: a fault, for the node of the newer release to answer`);
    t.equal((await fetch(`${server.issuer}/readyz`)).status, 200, 'the others are served');
    for (const entry of entries) {
      if (entry.type !== 'document' || entry.key.kind !== kind) continue;
      const [document] = await server.store.read([entry.key]);
      t.same(document?.body, entry.document.body, `${kind} is as it was`);
      t.same(document?.consumption, entry.document.consumption, 'and not spent');
    }
    await server.stop();
  }

  await t.test('consent is asked again when its record is of a later version', async (t) => {
    const { server, party } = await openOn(t, future('consent'));
    const asked = await withSession(party.authorizationUrl(newVerifier(), { prompt: 'consent' }));
    t.match(asked.headers.get('location') ?? '', /\/interaction\//);
    await server.stop();
  });

  await t.test("a server doesn't start on keys it can't read, and keeps them", async (t) => {
    const entries = future('key');
    await t.rejects(openOn(t, entries), {
      code: 'key_missing',
      message: /can't be read; `postern doctor` says why/,
    });
    const store = await openStore('memory:', { clock: Date });
    await store.load(entries);
    const config = testConfig([`security.key_encryption_key=${key_encryption_key}`]);
    const keys = await createKeys({ store, config, clock: Date, events: createEvents(() => {}) });
    t.ok(keys.faults().length >= 7);
    assertEach(t, keys.faults(), ({ code }) => code === 'key_damaged');
    await keys.close();
    for (const entry of entries) {
      if (entry.key.kind !== 'key' || entry.type !== 'document') continue;
      const [document] = await store.read([entry.key]);
      t.equal(document?.body, entry.document.body, entry.key.id);
    }
    await store.close();
  });

  await t.test('audit records of a later version are neither shown nor counted as intact', async (t) => {
    const store = await openStore('memory:', { clock: Date });
    await store.load(future('audit'));
    const cipher = await loadSecretCipher(
      testConfig([`security.key_encryption_key=${key_encryption_key}`]),
      store,
    );
    const { records, problems } = await verify({ store, clock: Date, cipher });
    t.equal(records, 0);
    t.ok(problems.length >= auditRecords);
    await store.close();
  });
});

t.test('the file holds the records that an installation of this release writes', async (t) => {
  const script = fileURLToPath(new URL('./versions/write.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  const kindsIn = (all: readonly string[]): string[] => [
    ...new Set(all.map((line) => JSON.parse(line)).map((entry: Entry) => `${entry.type} ${entry.key.kind}`)),
  ];
  t.same(kindsIn(stdout.trimEnd().split('\n').slice(1)).sort(), kindsIn(lines).sort());
});
