import t, { type Test } from 'tap';
import { createManualClock } from '../support/clocks.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

t.setTimeout(300_000);

/** Starts a server behind a proxy that names client addresses, with a manual clock. */
const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const clock = createManualClock(Date.now());
  const server = await startInProcess(
    t,
    { ...usualConfig, proxy: { trusted: ['127.0.0.1'] }, ...more },
    { clock },
  );
  const { issuer } = server;

  const begin = async (client = 'app', browser = new Browser()) => {
    const page = await browser.open(new RelyingParty(issuer, client).authorizationUrl(newVerifier()));
    const { hidden } = formOf(page.body);
    return (address: string, login: string, typed: string): Promise<Page> =>
      browser.request(page.url, {
        method: 'POST',
        body: new URLSearchParams({ ...hidden, login, password: typed }),
        headers: { 'x-forwarded-for': address },
      });
  };

  /** Counts how many of these tries were checked; all others had to wait. */
  const attack = async (
    one: (at: number) => { readonly address: string; readonly login: string },
    tries = 1000,
  ) => {
    const post = await begin();
    const statuses = new Map<number, number>();
    let at = 0;
    const worker = async (): Promise<void> => {
      while (at < tries) {
        const { address, login } = one(at++);
        const { status } = await post(address, login, `guess ${at}`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 8 }, worker));
    const looked = statuses.get(422) ?? 0;
    t.equal(looked + (statuses.get(429) ?? 0), tries, 'every try is answered by the page');
    return looked;
  };

  /** Signs Ada in from an address, waiting once for as long as the page says. */
  const ownerGetsIn = async (address: string): Promise<number> => {
    const post = await begin();
    const first = await post(address, 'ada', password);
    if (first.status === 303) return 0;
    t.equal(first.status, 429);
    const seconds = Number(first.headers.get('retry-after'));
    t.match(first.body, /Try again in \d+ (seconds?|minutes?)/);
    clock.advance(seconds * 1000);
    t.equal(
      (await post(address, 'ada', password)).status,
      303,
      `signs in after the ${seconds} s that the page named`,
    );
    return seconds;
  };

  return { clock, begin, attack, ownerGetsIn };
};

t.test('1,000 wrong passwords on one account from one address are limited', async (t) => {
  const { attack, ownerGetsIn, clock } = await open(t);
  t.ok((await attack(() => ({ address: '192.0.2.1', login: 'ada' }))) <= 10, 'a handful is looked at');
  t.ok((await ownerGetsIn('192.0.2.1')) <= 60, 'the owner at the very same address');
  t.ok((await ownerGetsIn('203.0.113.9')) <= 60, 'the owner elsewhere');
  clock.advance(3_600_000);
  await attack(() => ({ address: '192.0.2.1', login: 'ada' }));
  t.equal(await ownerGetsIn('203.0.113.9'), 0, 'from where the owner signed in before, there is no wait');
});

t.test('1,000 wrong passwords on one account from 1,000 addresses are limited', async (t) => {
  const { attack, ownerGetsIn } = await open(t);
  const looked = await attack((at) => ({ address: `198.51.${at >> 8}.${at & 255}`, login: ' ADA ' }));
  t.ok(looked <= 20, `${looked} are looked at`);
  t.ok((await ownerGetsIn('203.0.113.9')) <= 60);
});

t.test('tries on 1,000 accounts from one address are limited', async (t) => {
  const { attack, ownerGetsIn } = await open(t);
  const looked = await attack((at) => ({
    address: `2001:db8:0:7::${(at + 1).toString(16)}`,
    login: `person-${at}`,
  }));
  t.ok(looked <= 30, `${looked} are looked at, over the whole /64`);
  t.equal(await ownerGetsIn('203.0.113.9'), 0, 'others notice nothing');
  t.ok(
    (await ownerGetsIn('2001:db8:0:7::ada')) <= 60,
    'a person at the address of the attacker waits no longer than announced',
  );
});

t.test('tries on 1,000 accounts from 1,000 addresses through one client are limited', async (t) => {
  const [app] = usualConfig.clients;
  const { clock, begin, attack, ownerGetsIn } = await open(t, {
    clients: [app, { ...app, client_id: 'other' }],
    security: { password: { memory_kib: 8192, passes: 1 }, throttle: { sign_in_per_client: 40 } },
  });
  const browser = new Browser();
  t.equal((await (await begin('app', browser))('203.0.113.1', 'ada', password)).status, 303);
  clock.advance(60_000);
  const looked = await attack((at) => ({ address: `198.51.${at >> 8}.${at & 255}`, login: `person-${at}` }));
  t.equal(looked, 40, 'no more than the client has in a minute');

  t.equal((await (await begin())('203.0.113.1', 'ada', password)).status, 303, 'a known address');
  const known = new Browser();
  for (const [key, { value, path }] of browser.cookies)
    if (key.startsWith('postern_device')) known.setCookie(key.split(';')[0] ?? '', value, path);
  t.equal((await (await begin('app', known))('203.0.113.8', 'ada', password)).status, 303, 'a known device');
  t.equal((await (await begin('other'))('203.0.113.7', 'ada', password)).status, 303, 'another client');
  t.ok((await ownerGetsIn('203.0.113.9')) <= 60, 'an unknown address waits no longer than announced');
});

/** Returns how many of these tries were checked, over two minutes in which every address comes back. */
const comeBack = async (
  { attack, clock }: Pick<Awaited<ReturnType<typeof open>>, 'attack' | 'clock'>,
  addresses: readonly string[],
): Promise<number[]> => {
  const checked: number[] = [];
  for (let round = 0; round < 2; round += 1) {
    checked.push(await attack((at) => ({ address: addresses[at] ?? '', login: 'ada' }), addresses.length));
    clock.advance(60_000);
  }
  return checked;
};

t.test(
  'a /48 gets no more tries than one address, and the owner elsewhere does not wait for it',
  async (t) => {
    const server = await open(t);
    const browser = new Browser();
    t.equal((await (await server.begin('app', browser))('198.51.100.1', 'ada', password)).status, 303);
    const addresses = Array.from({ length: 400 }, (_, n) => `2001:db8:7:${n.toString(16)}::1`);
    const checked = await comeBack(server, addresses);
    t.ok(Math.max(...checked) <= 10, `${checked.join(', ')} are checked in the minutes`);

    const known = new Browser();
    for (const [key, { value, path }] of browser.cookies)
      if (key.startsWith('postern_device')) known.setCookie(key.split(';')[0] ?? '', value, path);
    const onKnownDevice = await server.begin('app', known);
    t.equal((await onKnownDevice('2001:db8:7:1::1', 'ada', password)).status, 303, 'a known device');
    t.equal(await server.ownerGetsIn('198.51.100.1'), 0, 'a known address');
    t.equal(await server.ownerGetsIn('2001:db8:8::1'), 0, 'a new device in another network');
  },
);

t.test('200 addresses that come back get the tries of one account, not one each', async (t) => {
  const server = await open(t);
  const addresses = Array.from({ length: 200 }, (_, n) => `10.0.0.${n}`);
  const checked = await comeBack(server, addresses);
  t.ok(Math.max(...checked) <= 10, `${checked.join(', ')} are checked in the minutes`);

  const post = await server.begin();
  for (let n = 0; n < 5; n += 1) await post(`10.9.0.${n}`, 'ada', 'wrong');
  const refused = await post('203.0.113.9', 'ada', password);
  t.equal(refused.status, 429);
  t.match(
    refused.body,
    /role="alert"[\s\S]*Other ways to sign in:[\s\S]*a browser or a network that you signed in from/,
  );
});

t.test('each form of an IPv4-mapped address is the IPv4 address', async (t) => {
  const { begin } = await open(t);
  const post = await begin();
  const forms = [
    '192.0.2.1',
    '::ffff:192.0.2.1',
    '::ffff:c000:201',
    '0:0:0:0:0:ffff:c000:201',
    '::FFFF:C000:0201',
  ];
  for (const address of forms) t.equal((await post(address, 'ada', 'wrong')).status, 422, address);
  for (const address of forms) t.equal((await post(address, 'ada', 'wrong')).status, 429, address);
});
