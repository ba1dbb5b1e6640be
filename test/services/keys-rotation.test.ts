import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import type { Failure } from '#src/errors.ts';
import type { KeySet, Keys } from '#src/services/keys/index.ts';
import type { Store } from '#src/store/port.ts';
import { createManualClock } from '../support/clocks.ts';
import { keysConfig, openKeys } from '../support/keys.ts';
import { longTimeouts, waitFor } from '../support/wait-for.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-rotation-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

const seconds = (count: number): number => count * 1000;
const minutes = (count: number): number => count * 60_000;

const days = (count: number): number => count * 86_400_000;

const cache = minutes(10);
/** The keys of a process that receives no messages. */
const poll = seconds(30);
const life = minutes(60);

interface Node {
  readonly keys: Keys;
  readonly faults: readonly unknown[];
  wokeAt: number;
}

/** An observation of what one process would do at one moment. */
interface Observation {
  readonly at: number;
  readonly published: ReadonlySet<string>;
  readonly signs: readonly string[];
  readonly cookies: readonly string[];
}

/** A store whose messages never arrive, which is the worst case for a process. */
const unsubscribed = (store: Store): Store => ({ ...store, subscribe: () => () => {} });

let files = 0;

const cluster = async (t: Test, skews: readonly number[]) => {
  const clock = createManualClock();
  const path = join(folder, `${files++}.db`);
  const nodes: Node[] = [];
  const observations: Observation[][] = skews.map(() => []);
  const closing: (() => Promise<void>)[] = [];
  for (const skew of skews) {
    const own = { now: () => clock.now() + skew };
    const store = await openStore(`sqlite:${path}`, { clock: own, ...longTimeouts });
    const config = keysConfig({ cacheSeconds: cache / 1000, lifeSeconds: life / 1000, days: 0 });
    const { keys, faults } = await openKeys(unsubscribed(store), own, config);
    nodes.push({ keys, faults, wokeAt: clock.now() });
    closing.push(() => keys.close().then(() => store.close()));
  }
  const close = async (): Promise<void> => {
    for (const one of closing.splice(0)) await one();
  };
  t.teardown(close);

  const observe = (): void => {
    for (const [index, { keys }] of nodes.entries()) {
      const keySet = keys.current();
      observations[index]?.push({
        at: clock.now(),
        published: new Set(keySet.publicJwks.keys.map(({ kid }) => kid)),
        signs: keySet.signing.filter((key) => !key.key_ops).map((key) => String(key.kid)),
        cookies: keySet.cookieKeys,
      });
    }
  };

  /** Each process wakes when the test says so, or after a poll interval, never earlier. */
  const pass = async (time: number, awake: readonly boolean[]): Promise<void> => {
    clock.advance(time);
    for (const [index, node] of nodes.entries()) {
      if (!awake[index] && clock.now() - node.wokeAt < poll) continue;
      node.wokeAt = clock.now();
      await node.keys.refresh();
    }
    observe();
  };
  observe();
  return { clock, nodes, sights: observations, pass, close };
};

/** Asserts that every signature verifies at a relying party that fetched the keys from any node within the last ten minutes. */
const unverifiable = (observations: readonly (readonly Observation[])[]): readonly string[] => {
  const every = observations.flat();
  const lacking = (signed: Observation, kid: string): boolean =>
    every.some(
      (fetched) =>
        fetched.at >= signed.at - cache && fetched.at <= signed.at + life && !fetched.published.has(kid),
    );
  return every.flatMap((signed) => signed.signs.filter((kid) => lacking(signed, kid)));
};

/** Asserts that a cookie signed by one process is accepted by every other at that moment. */
const foreignCookies = (observations: readonly (readonly Observation[])[]): number =>
  observations
    .flat()
    .filter(({ at, cookies }) =>
      observations.flat().some((other) => other.at === at && !other.cookies.includes(cookies[0] ?? 'none')),
    ).length;

t.test('five rotations on three processes keep every signature verifiable', async (t) => {
  const { nodes, sights: observations, pass, clock } = await cluster(t, [0, seconds(12), -seconds(12)]);
  const seen = new Set<string>();
  const changes: string[] = [];
  nodes[0]?.keys.onChange((keySet) => changes.push(keySet.version));
  for (let rotation = 0; rotation < 5; rotation += 1) {
    await nodes[rotation % 3]?.keys.rotate();
    for (let step = 0; step < 80; step += 1) await pass(seconds(10), [step % 7 === 0, false, step % 3 === 0]);
    for (const kid of observations[0]?.at(-1)?.signs ?? []) seen.add(kid);
  }
  t.equal(seen.size, 10, 'each rotation brought both algorithms a new key');
  t.same(unverifiable(observations), [], 'a relying party that caches for ten minutes verifies everything');
  t.equal(foreignCookies(observations), 0, 'a cookie of one process is good at every other');
  t.ok(changes.length >= 10, 'each publication and each switch emitted an event');
  for (const node of nodes) t.same(node.faults, []);

  const versions = () => new Set(nodes.map(({ keys }) => keys.current().version)).size;
  t.equal(versions(), 1, 'all have arrived at the same state');

  clock.advance(life + minutes(2));
  for (const { keys } of nodes) await keys.refresh();
  const [first] = nodes;
  t.equal(first?.keys.current().publicJwks.keys.length, 2, 'keys that are no longer needed are removed');
  t.equal(first?.keys.current().cookieKeys.length, 1);
  t.equal(first?.keys.list().length, 6, 'from the store as well');
});

t.test('signatures verify at any timing of rotations and wake-ups, and any clock skew', async (t) => {
  const step = fc.record({
    time: fc.integer({ min: 1, max: 90 }).map(seconds),
    awake: fc.tuple(fc.boolean(), fc.boolean()),
    rotate: fc.option(fc.constantFrom('ES256', 'EdDSA', 'cookie', 'all'), { freq: 4 }),
    by: fc.nat({ max: 1 }),
  });
  const skew = fc.integer({ min: -14, max: 14 }).map(seconds);
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(skew, skew),
      fc.array(step, { minLength: 30, maxLength: 120 }),
      async (skews, steps) => {
        const { nodes, sights: observations, pass, close } = await cluster(t, skews);
        try {
          for (const { time, awake, rotate, by } of steps) {
            // No process sleeps longer than a poll interval, so a longer time passes in several steps.
            for (let left = time; left > 0; left -= poll / 2) await pass(Math.min(left, poll / 2), awake);
            if (rotate === null) continue;
            const what = rotate === 'all' ? undefined : rotate;
            await nodes[by]?.keys.rotate(what).catch((error: Failure) => {
              if (error.code !== 'rotation_under_way') throw error;
            });
          }
          return unverifiable(observations).length === 0 && foreignCookies(observations) === 0;
        } finally {
          await close();
        }
      },
    ),
    { numRuns: 8 },
  );
  t.pass('every signature verified at a relying party that caches for ten minutes');
});

t.test('keys follow the rotation schedule', async (t) => {
  const clock = createManualClock();
  const path = join(folder, `${files++}.db`);
  const config = keysConfig({ days: 90, lifeSeconds: life / 1000 });
  const started = await Promise.all(
    [1, 2, 3].map(async () => {
      const store = await openStore(`sqlite:${path}`, { clock, ...longTimeouts });
      const { keys, recorded } = await openKeys(unsubscribed(store), clock, config);
      t.teardown(() => keys.close().then(() => store.close()));
      return { keys, recorded };
    }),
  );
  const wakeAll = () => Promise.all(started.map(({ keys }) => keys.refresh()));
  const signing = () => started[0]?.keys.list().filter(({ use }) => use === 'sig') ?? [];

  clock.advance(days(89));
  await wakeAll();
  t.equal(signing().length, 2, 'nothing is due before its time');
  clock.advance(days(1));
  await wakeAll();
  await wakeAll();
  t.equal(
    signing().filter(({ stage }) => stage === 'next').length,
    2,
    'three processes publish one successor',
  );
  const added = started.flatMap(({ recorded }) => recorded.filter(({ type }) => type === 'key.added'));
  t.equal(added.length, 6 + 5, 'and the winner emits one event');
  t.equal(started[0]?.keys.list().filter(({ use }) => use === 'pairwise').length, 1, 'the salt stays');
  clock.advance(minutes(12));
  t.equal(new Set(started.map(({ keys }) => keys.current().version)).size, 1);
  clock.advance(life + minutes(2));
  await wakeAll();
  t.equal(signing().length, 2);
});

t.test('a rotation on request is checked and applied', async (t) => {
  const clock = createManualClock();
  const store = await openStore('memory:', { clock });
  t.teardown(() => store.close());
  const { keys } = await openKeys(store, clock, keysConfig({ lifeSeconds: life / 1000 }));
  t.teardown(() => keys.close());
  const stages = (alg: string) =>
    keys
      .list()
      .filter((key) => key.alg === alg)
      .map(({ stage }) => stage);

  t.test('a rotation is refused while the previous one is in progress', async (t) => {
    await keys.rotate('ES256');
    await t.rejects(keys.rotate('ES256'), { code: 'rotation_under_way', exit: 4 });
    t.same(stages('ES256'), ['next', 'active']);
    t.equal((await keys.rotate()).length, 4, 'of everything passes over what is under way');
    await t.rejects(keys.rotate(), { code: 'rotation_under_way' });
    clock.advance(minutes(11));
    t.same(stages('ES256'), ['active', 'retiring']);
  });

  t.test('the successor of a leaked key signs at once', async (t) => {
    const leaked = keys.list().find(({ alg, stage }) => alg === 'EdDSA' && stage === 'active')?.kid;
    const [fresh] = await keys.rotate('EdDSA', { now: true });
    t.equal(fresh?.stage, 'active');
    const engine = keys.current().signing.find(({ alg, key_ops }) => alg === 'EdDSA' && !key_ops);
    t.equal(engine?.kid, fresh?.kid);
    t.same(await keys.prune(leaked), [leaked], 'and the leaked one can be taken out of the key set');
    t.notOk(keys.current().publicJwks.keys.some(({ kid }) => kid === leaked));
  });

  t.test('a rotation of an algorithm without a key is refused by name', async (t) => {
    await t.rejects(keys.rotate('PS256'), { code: 'not_rotating', exit: 2, message: /ES256, EdDSA, cookie/ });
  });

  t.test('a rotation of secrets keeps the former ones for verifying', async (t) => {
    const before = keys.current();
    const then = clock.now();
    const derived = before.refreshSecretAt(then).export();
    clock.advance(1);
    await keys.rotate('cookie', { now: true });
    await keys.rotate('refresh', { now: true });
    await keys.rotate('dpop-nonce', { now: true });
    const after = keys.current();
    t.not(after.version, before.version);
    t.not(after.cookieKeys[0], before.cookieKeys[0]);
    t.ok(after.cookieKeys.includes(before.cookieKeys[0] ?? 'none'));
    t.same(after.refreshSecretAt(then).export(), derived, 'a retry derives what the first try did');
    t.same(after.refreshSecretAt(clock.now()).export(), derived, 'it never changes at once');
    clock.advance(minutes(12));
    t.notSame(keys.current().refreshSecretAt(clock.now()).export(), derived);
    t.same(keys.current().refreshSecretAt(then).export(), derived);
    t.notOk(after.dpopNonceSecret.equals(before.dpopNonceSecret));
    t.equal(before.cookieKeys.length, 2, 'a snapshot never changes');
  });

  t.test('a rotation completes when a listener throws', async (t) => {
    const recorded: string[] = [];
    keys.onChange(() => {
      throw new Error('a bad listener');
    });
    const stop = keys.onChange(({ version }) => recorded.push(version));
    await keys.rotate('ES256');
    t.same(recorded, [keys.current().version]);
    stop();
    clock.advance(minutes(11));
    t.same(recorded.length, 1);
    t.not(keys.current().version, recorded[0]);
  });
});

t.test(
  'the lead time of a successor starts when it is published, since generating an RSA key takes a while',
  async (t) => {
    const clock = createManualClock();
    const store = await openStore('memory:', { clock });
    t.teardown(() => store.close());
    let published = 0;
    const slow: Store = {
      ...store,
      // The present keys have been read, and their successors are being generated.
      read: (keys) => store.read(keys).finally(() => setImmediate(() => clock.advance(seconds(5)))),
      commit: (writes) => {
        published = clock.now();
        return store.commit(writes);
      },
    };
    const { keys } = await openKeys(slow, clock, keysConfig({ algorithms: ['RS256'] }));
    t.teardown(() => keys.close());
    const [next] = await keys.rotate('RS256');
    t.equal(next?.active_at, published + cache + minutes(1));
  },
);

t.test('a running process receives a rotation and switches on schedule, in real time', async (t) => {
  const clock = { now: () => Date.now() };
  const path = join(folder, `${files++}.db`);
  const config = keysConfig({ cacheSeconds: 0, algorithms: ['EdDSA'] });
  const [one, two] = await Promise.all(
    [1, 2].map(async () => {
      const store = await openStore(`sqlite:${path}`, { clock, ...longTimeouts });
      const { keys } = await openKeys(store, clock, config);
      t.teardown(() => keys.close().then(() => store.close()));
      return keys;
    }),
  );
  // The test waits for the event: reading the current keys would itself cause the switch.
  const recorded: KeySet[] = [];
  two?.onChange((keySet) => recorded.push(keySet));
  const [next] = (await one?.rotate('EdDSA')) ?? [];
  const publishes = ({ publicJwks }: KeySet) => publicJwks.keys.some(({ kid }) => kid === next?.kid);
  await waitFor('the other to publish it', () => recorded.some(publishes));
  await waitFor('the other to sign with it', () => recorded.at(-1)?.signing[0]?.kid === next?.kid);
  t.equal(two?.current().signing[0]?.key_ops, undefined);
});
