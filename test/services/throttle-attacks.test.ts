/** Simulates attacks of an hour on one account at the default settings, by the clock of the test. */
import t from 'tap';
import { createThrottle } from '#src/services/throttle/index.ts';
import type { Store } from '#src/store/port.ts';
import { assertEach } from '../support/assert-each.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { testConfig } from '../support/setup/index.ts';

t.setTimeout(300_000);

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const known = '198.51.100.20';

/** The addresses of an attacker, all of which fit into 65,536 numbers. */
type AddressOf = (at: number) => string;

const oneSite: AddressOf = (at) => `2001:db8:7:${(at & 0xffff).toString(16)}::1`;
const botnet: AddressOf = (at) => `10.${(at % 10_000) >> 8}.${(at % 10_000) & 255}.1`;

const simulate = async (addressOf: AddressOf, perSecond: number) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const config = testConfig();
  const throttle = createThrottle({ store, config, clock, secret: () => 'secret' });
  const check = (address: string, device?: string) =>
    throttle.check({ account: 'ada', address, client: 'app', ...(device !== undefined && { device }) });
  const first = await check(known);
  if (first.allowed) await first.succeeded();

  const judgedInMinute: number[] = [];
  let mostTrips = 0;
  const guess = async (address: string): Promise<void> => {
    roundTrips();
    const verdict = await check(address);
    mostTrips = Math.max(mostTrips, roundTrips().length);
    if (!verdict.allowed) return;
    const at = Math.floor(clock.now() / minute);
    judgedInMinute[at] = (judgedInMinute[at] ?? 0) + 1;
    await verdict.failed();
  };

  /** How long the owner waits from now on, who comes back whenever the page says. */
  const newDevices: { readonly address: string; readonly since: number; backAt: number; wait?: number }[] =
    [];
  const ownerComes = async (): Promise<void> => {
    for (const device of newDevices) {
      if (device.wait !== undefined || device.backAt > clock.now()) continue;
      const verdict = await check(device.address);
      if (verdict.allowed) device.wait = (clock.now() - device.since) / second;
      else device.backAt = clock.now() + verdict.waitSeconds * second;
    }
  };

  const waits = { device: 0, address: 0 };
  const start = clock.now();
  for (let at = 0; clock.now() < start + hour; ) {
    for (let n = 0; n < perSecond; n += 1) await guess(addressOf(at++));
    const elapsed = clock.now() - start;
    if (elapsed % (5 * minute) === 90 * second) {
      for (const origin of ['device', 'address'] as const) {
        const verdict = await (origin === 'device' ? check('192.0.2.9', 'laptop') : check(known));
        if (verdict.allowed) await verdict.succeeded();
        else waits[origin] = Math.max(waits[origin], verdict.waitSeconds);
      }
      const address = `203.0.113.${newDevices.length}`;
      newDevices.push({ address, since: clock.now(), backAt: clock.now() });
    }
    await ownerComes();
    clock.advance(second);
  }
  store.close();
  const judged = judgedInMinute.filter((count) => count > 0);
  return {
    judged: judged.reduce((sum, count) => sum + count, 0),
    mostInMinute: Math.max(...judged),
    mostTrips,
    waits,
    newDevices: newDevices.map(({ wait }) => wait),
  };
};

t.test('an hour of guesses from the 65,536 networks of a /48', async (t) => {
  const { judged, mostInMinute, mostTrips, waits, newDevices } = await simulate(oneSite, 18);
  t.ok(judged <= 110, `${judged} guesses are checked`);
  t.ok(mostInMinute <= 10, `${mostInMinute} of them in one minute`);
  t.same(waits, { device: 0, address: 0 }, 'a known device and a known address do not wait');
  t.equal(newDevices.length, 12);
  assertEach(t, newDevices, (wait) => wait !== undefined && wait <= 120);
  t.comment(`a new device in another network waits ${newDevices.join(', ')} s`);
  t.ok(mostTrips <= 8, `${mostTrips} round trips for one attempt`);
});

t.test('an hour of guesses from 10,000 IPv4 addresses', async (t) => {
  const { judged, mostInMinute, mostTrips, waits, newDevices } = await simulate(botnet, 5);
  t.ok(judged <= 120, `${judged} guesses are checked`);
  t.ok(mostInMinute <= 10, `${mostInMinute} of them in one minute`);
  t.same(waits, { device: 0, address: 0 }, 'a known device and a known address do not wait');
  const signedIn = newDevices.filter((wait) => wait !== undefined);
  t.comment(`${signedIn.length} of ${newDevices.length} new devices sign in within the hour`);
  t.ok(mostTrips <= 7, `${mostTrips} round trips for one attempt`);
});

t.test(
  'made-up names from one address or one /48 fill neither the store nor the minutes of others',
  async (t) => {
    const clock = createManualClock();
    const { store } = await openCountingStore(clock);
    t.teardown(() => store.close());
    const counters = new Map<string, number>();
    const counting: Store = {
      ...store,
      increment: (names, windowMs) => {
        for (const name of names) counters.set(name, clock.now() + windowMs);
        return store.increment(names, windowMs);
      },
    };
    const throttle = createThrottle({ store: counting, config: testConfig(), clock, secret: () => 'secret' });
    const attack = async (addressOf: (at: number) => string): Promise<number> => {
      for (let at = 0; at < 20_000; at += 1) {
        const verdict = await throttle.check({
          account: `person ${at}`,
          address: addressOf(at),
          client: 'app',
        });
        if (verdict.allowed) await verdict.failed();
        clock.advance(3);
      }
      const { entries } = await store.dump();
      const live = [...counters.values()].filter((endsAt) => endsAt > clock.now());
      counters.clear();
      return live.length + entries.filter(({ type }) => type === 'document').length;
    };
    const ofAddress = await attack(() => '203.0.113.7');
    t.ok(ofAddress < 200, `one address leaves ${ofAddress} records in a minute`);
    clock.advance(3_600_000);
    const ofSite = await attack((at) => `2001:db8:7:${at.toString(16)}::1`);
    t.ok(ofSite < 700, `one /48 leaves ${ofSite} records in a minute`);
    const owner = { account: 'ada', address: '198.51.100.20', client: 'app' };
    t.ok((await throttle.check(owner)).allowed, 'the client has slots for others');
  },
);
