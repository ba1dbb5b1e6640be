import t from 'tap';
import { createThrottle, networkOf } from '#src/services/throttle/index.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { testConfig } from '../support/setup/index.ts';

const open = async (set: readonly string[] = []) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const config = testConfig(set);
  const throttle = createThrottle({ store, config, clock });
  const tryOnce = async (account: string, address: string, right: boolean, device?: string) => {
    const attempt = { account, address, client: 'app', ...(device === undefined ? {} : { device }) };
    const verdict = await throttle.check(attempt);
    if (verdict.allowed) await (right ? throttle.succeeded(attempt) : throttle.failed(attempt));
    return verdict.allowed ? 0 : verdict.waitSeconds;
  };
  return { clock, config, store, throttle, roundTrips, tryOnce };
};

const attacker = '203.0.113.7';
const owner = '198.51.100.20';

t.test(
  'a thousand wrong passwords on one account are limited, and the owner signs in within the announced delay',
  async (t) => {
    const { clock, store, tryOnce } = await open();
    t.teardown(() => store.close());
    let guesses = 0;
    let longest = 0;
    const started = clock.now();
    for (let n = 0; n < 1000; n += 1) {
      const waited = await tryOnce('ada', attacker, false);
      if (waited === 0) guesses += 1;
      longest = Math.max(longest, waited);
      clock.advance(1000);
    }
    const minutes = (clock.now() - started) / 60_000;
    t.ok(guesses <= 5 + 2 * minutes, `${guesses} guesses in ${minutes.toFixed(0)} minutes`);
    t.equal(longest, 60, 'the delay grows no further than its limit');

    const wait = await tryOnce('ada', owner, true);
    t.ok(wait > 0 && wait <= 60, `an unknown device has to wait ${wait} s`);
    for (let n = 0; n < wait; n += 1) {
      await tryOnce('ada', attacker, false);
      clock.advance(1000);
    }
    t.equal(await tryOnce('ada', owner, true), 0, 'whatever the attacker did meanwhile');
    for (let n = 0; n < 30; n += 1) await tryOnce('ada', attacker, false);
    t.equal(await tryOnce('ada', owner, true), 0, 'and is known from then on');
  },
);

t.test("the owner's reserved retry holds against a thousand addresses that try at once", async (t) => {
  const { clock, store, tryOnce } = await open();
  t.teardown(() => store.close());
  const swarm = async (round: number): Promise<number> => {
    const waits = await Promise.all(
      Array.from({ length: 250 }, (_, n) => tryOnce('ada', `10.${round}.${n >> 8}.${n & 255}`, false)),
    );
    return waits.filter((waited) => waited === 0).length;
  };
  t.ok((await swarm(1)) <= 10, 'so many strangers a minute as the setting allows');
  const wait = await tryOnce('ada', owner, true);
  t.ok(wait > 0 && wait <= 60);
  clock.advance(wait * 500);
  await swarm(2);
  clock.advance(wait * 500);
  await swarm(3);
  t.equal(await tryOnce('ada', owner, true), 0);
});

t.test(
  'tries on a thousand accounts from one address are limited, and other people at that address can sign in',
  async (t) => {
    const { clock, store, tryOnce } = await open();
    t.teardown(() => store.close());
    t.equal(await tryOnce('ada', attacker, true), 0, 'ada signs in there every day');
    let guesses = 0;
    for (let n = 0; n < 1000; n += 1) if ((await tryOnce(`user${n}`, attacker, false)) === 0) guesses += 1;
    t.equal(guesses, 29, 'no more than the address has in a minute');
    const { entries } = await store.dump();
    const reserved = entries.filter(({ key }) => key.family.startsWith('hold-'));
    t.ok(reserved.length > 0 && reserved.length <= 30, `${reserved.length} retries are reserved`);
    t.equal(await tryOnce('ada', attacker, true), 0, 'who is known there need not wait');
    t.equal(await tryOnce('bob', owner, true), 0, 'nor who comes from elsewhere');
    const wait = await tryOnce('bob', attacker, true);
    t.ok(wait > 0 && wait <= 60);
    clock.advance(wait * 1000);
    t.equal(await tryOnce('bob', attacker, true), 0);
  },
);

t.test('fifty wrong passwords at once give no more guesses than one after another', async (t) => {
  const { clock, store, throttle } = await open();
  t.teardown(() => store.close());
  const attempt = { account: 'ada', address: attacker, client: 'app' };
  const verdicts = await Promise.all(Array.from({ length: 50 }, () => throttle.check(attempt)));
  t.equal(verdicts.filter(({ allowed }) => allowed).length, 5);
  clock.advance(60_000);
  const later = await Promise.all(Array.from({ length: 50 }, () => throttle.check(attempt)));
  t.equal(later.filter(({ allowed }) => allowed).length, 1, 'one try is promised, and one is given');
  await throttle.failed(attempt);
  t.notOk((await throttle.check(attempt)).allowed);
});

t.test('asking does not extend the delay, and a try without a result locks no account', async (t) => {
  const { clock, store, throttle, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let n = 0; n < 8; n += 1) {
    const waited = await tryOnce('ada', attacker, false);
    clock.advance(waited * 1000);
  }
  let wait = 0;
  while (wait === 0) wait = await tryOnce('ada', attacker, false);
  clock.advance(1000);
  t.equal(await tryOnce('ada', attacker, false), Math.max(1, wait - 1));
  t.equal(await tryOnce('ada', attacker, false), Math.max(1, wait - 1));
  clock.advance(wait * 1000);
  t.ok(
    (await throttle.check({ account: 'ada', address: attacker, client: 'app' })).allowed,
    'the server was too busy after this',
  );
  clock.advance(11_000);
  const again = await throttle.check({ account: 'ada', address: attacker, client: 'app' });
  t.ok(again.allowed || again.waitSeconds <= 60);
  clock.advance(60_000);
  t.equal(await tryOnce('ada', attacker, true), 0);
});

t.test('a known device has a separate count', async (t) => {
  const { store, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let n = 0; n < 40; n += 1) await tryOnce('ada', attacker, false);
  t.equal(await tryOnce('ada', attacker, true, 'laptop'), 0, 'behind the very address of the attacker');
  for (let n = 0; n < 5; n += 1) t.equal(await tryOnce('ada', attacker, false, 'laptop'), 0);
  t.ok((await tryOnce('ada', attacker, false, 'laptop')) > 0, 'a stolen device has to wait as well');
});

t.test('known and unknown accounts are counted alike, in a bounded number of counters', async (t) => {
  const { store, tryOnce } = await open([
    'security.throttle.sign_in_per_address=0',
    'security.throttle.sign_in_per_account=0',
  ]);
  t.teardown(() => store.close());
  const waits = async (account: string): Promise<number[]> => {
    const all: number[] = [];
    for (let n = 0; n < 9; n += 1) all.push(await tryOnce(account, attacker, false));
    return all;
  };
  t.same(await waits('ada'), await waits('nobody at all'));
  for (const spelling of [' ADA ', 'ａｄａ', '\u00a0Ada'])
    t.ok((await tryOnce(spelling, attacker, false)) > 0, `spelling is no way around: ${spelling}`);
  const { entries } = await store.dump();
  const families = entries.flatMap((entry) => (entry.type === 'document' ? [entry.key.family] : []));
  for (const family of families) t.match(family, /^(hold|heat)-[0-9a-z]{4}$/, 'twenty bits name the counter');
  t.notMatch(JSON.stringify(entries), /ada|nobody|203\.0/, 'and reveal no account or address');
});

t.test('an IPv6 subscriber is one network (/64), and a mapped address is the IPv4 one', (t) => {
  const same = [
    '2001:db8:1:2::1',
    '2001:0DB8:0001:0002:ffff:ffff:ffff:ffff',
    '2001:db8:1:2:3::1.2.3.4',
    '2001:db8:1:2::1%eth0',
  ];
  for (const address of same) t.equal(networkOf(address), '2001:db8:1:2::/64', address);
  t.equal(networkOf('::1'), '0:0:0:0::/64');
  t.equal(networkOf('2001:db8::'), '2001:db8:0:0::/64');
  t.not(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'));
  t.equal(networkOf('::ffff:203.0.113.7'), '203.0.113.7');
  t.equal(networkOf('203.0.113.7'), '203.0.113.7');
  t.equal(networkOf('not an address'), 'not an address');
  t.end();
});

t.test('every other limit counts by the minute', async (t) => {
  const { clock, store, throttle } = await open();
  t.teardown(() => store.close());
  const take = () => throttle.take('device', attacker, 3);
  t.same(
    await Promise.all([take(), take(), take()]),
    Array.from({ length: 3 }, () => ({ allowed: true })),
  );
  t.same(await take(), { allowed: false, waitSeconds: 60 });
  t.ok((await throttle.take('device', owner, 3)).allowed, 'each separately');
  t.ok((await throttle.take('device', attacker, 0)).allowed, '0 is no limit');
  clock.advance(60_000);
  t.ok((await take()).allowed);
});
