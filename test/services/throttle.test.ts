import t from 'tap';
import { createThrottle, networkOf, siteOf } from '#src/services/throttle/index.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { testConfig } from '../support/setup/index.ts';

const open = async (set: readonly string[] = []) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const config = testConfig(set);
  const throttle = createThrottle({ store, config, clock, secret: () => 'the secret of the test' });
  const tryOnce = async (account: string, address: string, right: boolean, device?: string) => {
    const attempt = { account, address, client: 'app', ...(device === undefined ? {} : { device }) };
    const verdict = await throttle.check(attempt);
    if (verdict.allowed) await (right ? verdict.succeeded() : verdict.failed());
    return verdict.allowed ? 0 : verdict.waitSeconds;
  };
  return { clock, config, store, throttle, roundTrips, tryOnce };
};

const attacker = '203.0.113.7';
const owner = '198.51.100.20';

t.test(
  'a thousand wrong passwords from one address are limited, and the owner elsewhere does not wait for them',
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

    t.equal(await tryOnce('ada', owner, true), 0, 'the owner has an unknown device');
    for (let n = 0; n < 30; n += 1) await tryOnce('ada', attacker, false);
    t.equal(await tryOnce('ada', owner, true), 0, 'and is known from then on');
  },
);

t.test(
  'a reserved retry holds against a thousand addresses that try at once, and within the limit',
  async (t) => {
    const { clock, store, throttle, tryOnce } = await open();
    t.teardown(() => store.close());
    const swarm = async (round: number): Promise<number> => {
      const waits = await Promise.all(
        Array.from({ length: 250 }, (_, n) => tryOnce('ada', `10.${round}.${n >> 8}.${n & 255}`, false)),
      );
      return waits.filter((waited) => waited === 0).length;
    };
    for (let n = 0; n < 4; n += 1) t.equal(await tryOnce('ada', `192.0.2.${n}`, false), 0);
    const wait = await tryOnce('ada', owner, true);
    t.ok(wait > 0 && wait <= 60, `the fifth newcomer in a minute waits ${wait} s`);
    t.equal(await swarm(1), 0);
    clock.advance(wait * 500);
    await swarm(2);
    clock.advance(wait * 500);
    t.equal(await swarm(3), 4, 'strangers get the slots that were not reserved');
    const attempt = { account: 'ada', address: owner, client: 'app' };
    const atOnce = await Promise.all(Array.from({ length: 8 }, () => throttle.check(attempt)));
    t.equal(atOnce.filter(({ allowed }) => allowed).length, 1, 'eight retries at once are one');
    t.equal(await swarm(1), 0, 'of those who waited as long nobody else has a slot');
  },
);

t.test('attempts at once from one site reserve one slot and leave the others', async (t) => {
  const { clock, store, throttle, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let n = 0; n < 4; n += 1) t.equal(await tryOnce('ada', `192.0.2.${n}`, false), 0);
  clock.advance(59_000);
  const waits = await Promise.all(
    Array.from({ length: 30 }, (_, n) => tryOnce('ada', `2001:db8:7:${n}::1`, false)),
  );
  t.notOk(waits.slice(5).includes(0));
  clock.advance(1000);
  t.equal(await tryOnce('ada', owner, false), 0);
  t.equal(await tryOnce('ada', '198.51.100.21', false), 0);
  const strangers = await Promise.all(
    Array.from({ length: 8 }, (_, n) =>
      throttle.check({ account: 'ada', address: `10.0.0.${n}`, client: 'app' }),
    ),
  );
  t.equal(strangers.filter(({ allowed }) => allowed).length, 2, 'four newcomers in this minute as well');
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
    t.same(
      entries.filter(({ key }) => key.family.startsWith('hold-')),
      [],
      'no retries are reserved',
    );
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
  const allowed = later.flatMap((verdict) => (verdict.allowed ? [verdict] : []));
  t.equal(allowed.length, 1, 'one try is promised, and one is given');
  await allowed[0]?.failed();
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

t.test('a device or address that failed a hundred times is a stranger until it signs in again', async (t) => {
  for (const device of ['laptop', undefined]) {
    const { clock, store, throttle, tryOnce } = await open();
    t.teardown(() => store.close());
    t.equal(await tryOnce('ada', owner, true, device), 0);
    for (let guesses = 0; guesses < 100; clock.advance(30_000)) {
      if ((await tryOnce('ada', owner, false, device)) === 0) guesses += 1;
    }
    clock.advance(900_000);
    for (let n = 0; n < 4; n += 1) t.equal(await tryOnce('ada', `192.0.2.${n}`, false), 0);
    const attempt = { account: 'ada', address: owner, client: 'app', ...(device && { device }) };
    t.match(
      await throttle.check(attempt),
      { allowed: false, isKnownDevice: false },
      'it waits for strangers',
    );
    clock.advance(60_000);
    t.equal(await tryOnce('ada', owner, true, device), 0, 'until its turn');
    for (let n = 0; n < 5; n += 1) t.equal(await tryOnce('ada', owner, false, device), 0);
    const refused = { allowed: false, waitSeconds: 1, isKnownDevice: device !== undefined };
    t.match(await throttle.check(attempt), refused, 'and then for its own failures only');
  }
});

t.test('after a hundred failures strangers wait for each other, until one of them signs in', async (t) => {
  const { clock, store, tryOnce } = await open(['security.throttle.sign_in_per_account=1000000']);
  t.teardown(() => store.close());
  for (let n = 0; n < 100; n += 1) t.equal(await tryOnce('ada', `10.0.0.${n}`, false), 0);

  t.equal(await tryOnce('ada', owner, true), 15, 'the first to ask gets the next turn');
  t.equal(await tryOnce('ada', '192.0.2.1', false), 15);
  clock.advance(15_000);
  t.equal(await tryOnce('ada', '192.0.2.1', false), 30, 'which is reserved for a minute');

  const strangers = Array.from({ length: 5 }, (_, n) => ({ address: `10.0.1.${n}`, at: clock.now() }));
  const times = [clock.now() - 15_000];
  while (times.length < 9) {
    for (const stranger of strangers) {
      if (stranger.at > clock.now()) continue;
      const wait = await tryOnce('ada', stranger.address, false);
      if (wait === 0) times.push(clock.now());
      stranger.at = clock.now() + wait * 1000;
    }
    clock.advance(1000);
  }
  const gaps = times.slice(1).map((time, n) => (time - (times[n] ?? 0)) / 1000);
  t.same(gaps.slice(1), [30, 60, 120, 240, 480, 600, 600], 'the delay grows to ten minutes');

  for (let wait = 1; wait > 0; clock.advance(wait * 1000)) wait = await tryOnce('ada', owner, true);
  for (let n = 0; n < 20; n += 1) t.equal(await tryOnce('ada', `192.0.2.${n + 2}`, false), 0);
});

t.test('a site fails a hundred times, and newcomers do not wait for it', async (t) => {
  const { clock, store, tryOnce } = await open();
  t.teardown(() => store.close());
  let guesses = 0;
  for (let n = 0; guesses < 100; n += 1) {
    const wait = await tryOnce('ada', `2001:db8:7:${n.toString(16)}::1`, false);
    if (wait === 0) guesses += 1;
    clock.advance(wait * 1000);
  }
  t.equal(
    await tryOnce('ada', '2001:db8:7:ffff::1', false),
    30,
    'twice the time, so the next turn is for others',
  );
  const other = '2001:db8:8::1';
  for (const expected of [0, 0, 120]) {
    t.equal(await tryOnce('ada', other, false), expected, 'another site is a newcomer twice');
  }

  clock.advance(30_000);
  t.equal(await tryOnce('ada', '2001:db8:7:1::1', false), 30, 'the next turn is reserved');
  t.equal(await tryOnce('ada', '2001:db8:9::1', false), 0);
  clock.advance(30_000);
  t.equal(await tryOnce('ada', '2001:db8:7:1::1', false), 90, 'and void after another failure');
  t.equal(await tryOnce('ada', owner, true), 0);
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

t.test('an IPv6 subscriber is one network (/64) of a site (/48)', (t) => {
  const same = [
    '2001:db8:1:2::1',
    '2001:0DB8:0001:0002:ffff:ffff:ffff:ffff',
    '2001:db8:1:2:3::1.2.3.4',
    '2001:db8:1:2::1%eth0',
  ];
  for (const address of same) {
    t.equal(networkOf(address), '2001:db8:1:2::/64', address);
    t.equal(siteOf(address), '2001:db8:1::/48', address);
  }
  t.equal(networkOf('::1'), '0:0:0:0::/64');
  t.equal(networkOf('::'), '0:0:0:0::/64');
  t.equal(networkOf('2001:db8::'), '2001:db8:0:0::/64');
  t.not(networkOf('2001:db8:1:3::1'), networkOf('2001:db8:1:2::1'));
  t.equal(siteOf('2001:db8:1:3::1'), siteOf('2001:db8:1:2::1'));
  t.not(siteOf('2001:db8:2:2::1'), siteOf('2001:db8:1:2::1'));
  for (const countOf of [networkOf, siteOf]) {
    t.equal(countOf('203.0.113.7'), '203.0.113.7');
    t.equal(countOf('not an address'), 'not an address');
    t.equal(countOf('1:2:3'), '1:2:3');
  }
  t.end();
});

t.test('each form of an IPv4-mapped address counts as the IPv4 address', (t) => {
  const loopback = [
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::FFFF:7F00:0001',
    '0:0:0:0:0:ffff:7f00:1',
    '0000:0000:0000:0000:0000:ffff:127.0.0.1',
    '::ffff:7f00:1%lo',
    '64:ff9b::7f00:1',
    '64:ff9b::127.0.0.1',
  ];
  for (const address of loopback) {
    t.equal(networkOf(address), '127.0.0.1', address);
    t.equal(siteOf(address), '127.0.0.1', address);
  }
  for (const address of ['::7f00:1', '::ffff:0:7f00:1', '1::ffff:7f00:1', '64:ff9b:1::7f00:1']) {
    t.match(networkOf(address), '::/64', `${address} is another address`);
  }
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

t.test('every other limit by address also counts the /48', async (t) => {
  const { clock, store, throttle } = await open();
  t.teardown(() => store.close());
  const take = (address: string) => throttle.takeByAddress('device', address, 3);
  const networks = Array.from({ length: 200 }, (_, n) => `2001:db8:7:${n.toString(16)}::1`);
  let taken = 0;
  for (const address of networks) taken += (await take(address)).allowed ? 1 : 0;
  t.equal(taken, 12, 'four times as much as one network');
  t.ok((await take('2001:db8:8::1')).allowed);
  clock.advance(60_000);
  for (let n = 0; n < 100; n += 1) await take('2001:db8:7:1::1');
  t.ok((await take('2001:db8:7:2::1')).allowed, 'one network does not use up what the site has');
  t.ok((await throttle.takeByAddress('device', '2001:db8:7:1::1', 0)).allowed, '0 is no limit');
});

const second = 1000;
const deviceOf = (n: number): string => `device ${n}`;

t.test('the known devices of an account have a limit together, at once and in a day', async (t) => {
  const { clock, store, throttle, tryOnce } = await open();
  t.teardown(() => store.close());
  const attemptOf = (n: number) => ({
    account: 'ada',
    knownBy: 'the account of ada',
    address: `10.0.0.${n & 255}`,
    client: 'app',
    device: deviceOf(n),
  });
  const atOnce = await Promise.all(
    Array.from({ length: 500 }, (_, n) => throttle.check({ ...attemptOf(n), address: attacker })),
  );
  const allowed = atOnce.flatMap((verdict) => (verdict.allowed ? [verdict] : []));
  t.ok(allowed.length <= 60, `${allowed.length} of 500 devices at once`);
  await Promise.all(allowed.map((verdict) => verdict.failed()));

  let checked = allowed.length;
  for (let at = 0; at < 24 * 60; at += 1) {
    const verdict = await throttle.check(attemptOf(at));
    if (verdict.allowed) {
      checked += 1;
      await verdict.failed();
    }
    clock.advance(50 * second);
  }
  t.ok(checked <= 500, `${checked} guesses in a day on 1,500 devices, 300 of them as known ones`);
  t.equal(await tryOnce('bob', owner, true, 'laptop'), 0, 'another account');
  clock.advance(24 * 3600 * second);
  t.ok((await throttle.check(attemptOf(2000))).allowed, 'devices are known again on the next day');
});

t.test('sign-ins of many known devices do not add up', async (t) => {
  const { store, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let n = 0; n < 200; n += 1) t.equal(await tryOnce('ada', owner, true, deviceOf(n)), 0);
});

t.test('failures of one known device do not make another one a stranger', async (t) => {
  const { clock, store, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let at = 0; at < 24 * 60; at += 1) {
    await tryOnce('ada', attacker, false, 'stolen');
    clock.advance(60 * second);
    if (at % 60 === 0) t.equal(await tryOnce('ada', attacker, true, 'laptop'), 0);
  }
});

t.test('failures of known devices count for their address', async (t) => {
  const { store, tryOnce } = await open();
  t.teardown(() => store.close());
  for (let n = 0; n < 30; n += 1) t.equal(await tryOnce(`user${n}`, attacker, false, 'laptop'), 0);
  t.equal(await tryOnce('bob', attacker, true), 60, 'a stranger at this address');
  t.equal(await tryOnce('ada', attacker, true, 'laptop'), 0, 'a known device does not wait for it');
});

t.test('a device or address is not known to what the account was before', async (t) => {
  for (const device of ['laptop', undefined]) {
    const { store, throttle } = await open();
    t.teardown(() => store.close());
    const attempt = { account: 'ada', address: owner, client: 'app', device };
    const before = await throttle.check({ ...attempt, knownBy: 'before' });
    if (before.allowed) await before.succeeded();
    for (let n = 0; n < 40; n += 1)
      await throttle.check({ account: 'ada', address: `192.0.2.${n}`, client: 'app' });
    t.ok((await throttle.check({ ...attempt, knownBy: 'before' })).allowed);
    const after = { account: 'ada', address: owner, client: 'app', knownBy: 'after' };
    t.notOk((await throttle.check(after)).allowed);
    t.notOk((await throttle.check({ account: 'ada', address: owner, client: 'app' })).allowed, 'by name');
  }
});

t.test('what a network guesses counts for it alone, whenever it comes', async (t) => {
  const { clock, store, throttle } = await open();
  t.teardown(() => store.close());
  const check = (at: number) => throttle.checkNetwork('code', `2001:db8:5:${(at % 5).toString(16)}::1`);
  const guess = async (at: number): Promise<number> => {
    const verdict = await check(at);
    if (!verdict.allowed) return verdict.waitSeconds;
    await verdict.failed();
    return 0;
  };
  for (let at = 0; at < 20; at += 1) t.equal(await guess(at), 0);
  t.equal(await guess(0), 15);
  t.equal(await guess(1), 15, 'another network of the same /48');
  clock.advance(15 * second);
  const atOnce = await Promise.all(Array.from({ length: 30 }, (_, at) => check(at)));
  const allowed = atOnce.flatMap((verdict) => (verdict.allowed ? [verdict] : []));
  t.equal(allowed.length, 1, 'one attempt at a time');
  await allowed[0]?.failed();
  t.equal(await guess(0), 30, 'and twice as long after each');
  clock.advance(30 * second);
  const right = await check(0);
  if (right.allowed) await right.succeeded();
  t.ok(right.allowed, 'a right one');
  t.equal(await guess(0), 0);
  t.equal(await guess(0), 60, 'takes nothing back');

  let checked = 0;
  for (let at = 0; at < 24 * 60; at += 1) {
    if ((await guess(at)) === 0) checked += 1;
    clock.advance(60 * second);
  }
  t.ok(checked <= 150, `${checked} in a day`);
  t.ok((await throttle.checkNetwork('code', owner)).allowed, 'another network');

  const burst = await Promise.all(
    Array.from({ length: 100 }, () => throttle.checkNetwork('code', '198.51.100.99')),
  );
  t.equal(burst.filter((verdict) => verdict.allowed).length, 30, 'at once, the limit of the address');
});
