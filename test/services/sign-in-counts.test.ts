import t from 'tap';
import { createEvents } from '#src/events.ts';
import { createSignInCounts } from '#src/services/sign-in-counts/index.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Store } from '#src/store/port.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const server = await startInProcess(t, usualConfig);
const { clock, store } = server;
const hourMs = 3_600_000;

/** Counts of a process of its own on the same store. */
const startCounts = async (own: Pick<Store, 'read' | 'commit'> = store) => {
  const errors: unknown[] = [];
  const events = createEvents((error) => errors.push(error));
  const counts = createSignInCounts({ store: own, clock, events, onError: (error) => errors.push(error) });
  const stop = await counts.start();
  const emit = (outcome: 'ok' | 'refused', type = 'sign-in'): void => events.emit({ type, outcome });
  return { ...counts, emit, stop, errors };
};

t.test('sign-ins of people are counted by their hour, without a write of their own', async (t) => {
  const { signInCounts } = server.app.services;
  const before = (await signInCounts.read(1))[0] ?? { ok: 0, failed: 0 };
  const kinds: string[] = [];
  const { commit } = store;
  Object.assign(store, {
    commit: (writes: Parameters<Store['commit']>[0]) => {
      kinds.push(...writes.map(({ key }) => key.kind));
      return commit(writes);
    },
  });
  const browser = new Browser();
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  const wrong = await browser.submit(login, { login: 'ada', password: 'not her password' });
  await browser.submit(wrong, { login: 'ada', password });
  t.ok(kinds.length > 0);
  t.notOk(kinds.includes('sign-in-count'), 'nothing is written with a sign-in');
  await signInCounts.write();
  Object.assign(store, { commit });
  t.equal(kinds.filter((kind) => kind === 'sign-in-count').length > 0, true);
  const [after] = await signInCounts.read(1);
  t.match(after, { ok: before.ok + 1, failed: before.failed + 1 });
});

t.test('processes add up, and none overwrites another, also when they write at once', async (t) => {
  clock.advance(2 * 3600);
  const processes = await Promise.all(Array.from({ length: 6 }, () => startCounts()));
  for (const { emit } of processes) {
    emit('ok');
    emit('refused');
    emit('refused', 'second-factor');
    emit('ok', 'second-factor');
  }
  await Promise.all(processes.map(({ write }) => write()));
  const [first] = processes;
  t.match(await first?.read(1), [{ ok: 6, failed: 12 }], 'a right code is part of its sign-in');
  await Promise.all(processes.map(({ write }) => write()));
  t.match(await first?.read(1), [{ ok: 6, failed: 12 }], 'a repeated write changes nothing');
  first?.emit('ok');
  await first?.write();
  t.match(await first?.read(1), [{ ok: 7, failed: 12 }]);
  for (const { stop, errors } of processes) {
    await stop();
    t.same(errors, []);
  }
});

t.test('hours are apart, and an hour without a sign-in has none', async (t) => {
  clock.advance(3600);
  const counts = await startCounts();
  counts.emit('ok');
  clock.advance(2 * 3600);
  counts.emit('refused');
  await counts.write();
  const hours = await counts.read(3);
  t.match(hours, [
    { ok: 1, failed: 0 },
    { ok: 0, failed: 0 },
    { ok: 0, failed: 1 },
  ]);
  t.equal(hours[2]?.at, Math.floor(clock.now() / hourMs) * hourMs);
  t.equal((hours[2]?.at ?? 0) - (hours[0]?.at ?? 0), 2 * hourMs);
  await counts.stop();
});

t.test('a process that stops writes what it has counted', async (t) => {
  clock.advance(3600);
  const counts = await startCounts();
  counts.emit('ok');
  await counts.stop();
  t.match(await counts.read(1), [{ ok: 1, failed: 0 }]);
});

t.test('while the store is away nothing is lost, and a stop goes on', async (t) => {
  clock.advance(3600);
  let isAway = true;
  const counts = await startCounts({
    read: store.read,
    commit: async (writes) => {
      if (isAway) throw new StoreUnavailable('away');
      return store.commit(writes);
    },
  });
  counts.emit('ok');
  await t.rejects(counts.write(), StoreUnavailable);
  isAway = false;
  counts.emit('ok');
  await counts.write();
  t.match(await counts.read(1), [{ ok: 2, failed: 0 }]);
  isAway = true;
  counts.emit('ok');
  await counts.stop();
  t.equal(counts.errors.length, 1);
});

t.test('the counts of an hour are kept for two months', async (t) => {
  const { entries } = await store.dump();
  const documents = entries.flatMap((entry) =>
    entry.type === 'document' && entry.key.kind === 'sign-in-count' ? [entry.document] : [],
  );
  t.ok(documents.length > 3);
  for (const { expiresAt = 0 } of documents)
    t.ok(expiresAt > clock.now() + 60 * 24 * hourMs && expiresAt < clock.now() + 63 * 24 * hourMs);
});
