import t, { type Test } from 'tap';
import { codeAt, setUpApp, wrongCode } from '../support/authenticator.ts';
import { hasCode, openFactors } from '../support/second-factor.ts';
import { Browser, type Page, password, type TestServer } from '../support/setup/index.ts';
import { linksIn, type SmtpServer, startSmtp } from '../support/smtp-server.ts';
import { waitForEmptyOutbox } from '../support/start-with-mail.ts';

const claims = { email: 'ada@example.com', email_verified: true };

/** The browser in another network, with its cookies of this name. */
const moved = (from: Browser, address: string, cookie = 'postern_device'): Browser => {
  const other = new Browser({ 'x-forwarded-for': address });
  for (const [key, { value, path }] of from.cookies) {
    const [name = ''] = key.split(';');
    if (name.startsWith(cookie)) other.setCookie(name, value, path);
  }
  return other;
};

/** Strangers who know the password use up the second factors of this minute. */
const keepOut = async (
  t: Test,
  { clock }: Pick<TestServer, 'clock'>,
  { key, askAfter }: { readonly key: string; readonly askAfter: (from: Browser) => Promise<Page> },
): Promise<void> => {
  clock.advance(60 - (Math.floor(clock.now() / 1000) % 60));
  const thief = new Browser({ 'x-forwarded-for': '203.0.113.1' });
  const ask = await askAfter(thief);
  const code = codeAt(key, clock.now());
  for (let network = 1; network <= 12; network += 1)
    await moved(thief, `203.0.${network}.7`, '').submit(ask, { code: wrongCode(code) });
  const stranger = moved(thief, '192.0.2.44', '');
  t.equal((await stranger.submit(ask, { code })).status, 429);
};

/** A server that sends mail, and Ada, who has an app. */
const open = async (t: Test) => {
  const smtp = await startSmtp();
  t.teardown(smtp.close);
  const stage = await openFactors(
    t,
    {},
    {
      mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@harbour.example' },
      proxy: { trusted: ['127.0.0.1'] },
    },
  );
  await stage.server.addAccount({ username: 'ada', password, claims });
  const { browser, key, page } = await stage.addApp();
  t.ok(hasCode(await browser.submit(page, {})));
  /** The page that asks for the second factor, after a password. */
  const askAfter = async (from: Browser, typed: string) =>
    from.submit(await stage.begin(from, { prompt: 'login' }), { login: 'ada', password: typed });
  /** How many of seven wrong codes are checked before one has to wait. */
  const guess = async (from: Browser, typed: string): Promise<number> => {
    const ask = await askAfter(from, typed);
    t.equal(ask.status, 200);
    for (let checked = 0; checked < 7; checked += 1) {
      const { status } = await from.submit(ask, { code: wrongCode(codeAt(key, stage.now())) });
      if (status === 429) return checked;
      t.equal(status, 422);
    }
    return 7;
  };
  return { ...stage, smtp, owner: browser, key, askAfter, guess };
};

interface Mailbox {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
}

/** Asks for a link to the mailbox of Ada, and sets a new password by it. */
const setByLink = async ({ server, smtp }: Mailbox, browser: Browser, typed: string): Promise<void> => {
  const before = smtp.received.length;
  await browser.submit(await browser.open(`${server.issuer}/account/forgot`), { login: 'ada' });
  await waitForEmptyOutbox(server);
  const links = smtp.received.slice(before).flatMap((message) => linksIn(message, server.issuer));
  const link = links.find((one) => one.includes('/account/reset/')) ?? '';
  t.equal((await browser.submit(await browser.open(link), { password: typed })).status, 200);
};

t.test('a new password by a link gives no more guesses at the second factor', async (t) => {
  const stage = await open(t);
  const thief = new Browser({ 'x-forwarded-for': '203.0.113.9' });
  let checked = 0;
  for (const typed of ['a lantern by the harbour', 'a second lantern there', 'a third lantern there']) {
    await setByLink(stage, thief, typed);
    checked += await stage.guess(thief, typed);
  }
  // Five are free, and time passes.
  t.ok(checked < 10, `${checked} of 15`);
});

t.test(
  'a device in which the second factor was given does not wait for a thief of the password',
  async (t) => {
    const stage = await open(t);
    const { askAfter, key, now, owner, server } = stage;
    const rightCode = () => ({ code: codeAt(key, now()) });
    const keepOutOf = (typed: string) =>
      keepOut(t, server, { key, askAfter: (from) => askAfter(from, typed) });
    await keepOutOf(password);
    const known = moved(owner, '198.51.100.1');
    t.ok(hasCode(await known.submit(await askAfter(known, password), rightCode())));

    const changed = 'a lantern by the harbour';
    await t.test('also after a new password on the account pages', async (t) => {
      const page = await known.open(`${server.issuer}/account/password`);
      t.equal((await known.submit(page, { current: password, password: changed })).status, 200);
      await keepOutOf(changed);
      const later = moved(known, '198.51.100.2');
      t.ok(hasCode(await later.submit(await askAfter(later, changed), rightCode())));
    });

    await t.test('and after the second factor that follows a link', async (t) => {
      const another = 'a second lantern there';
      const browser = new Browser({ 'x-forwarded-for': '198.51.100.3' });
      await setByLink(stage, browser, another);
      server.clock.advance(24 * 3600);
      t.ok(hasCode(await browser.submit(await askAfter(browser, another), rightCode())));
      await keepOutOf(another);
      const later = moved(browser, '198.51.100.4');
      t.ok(hasCode(await later.submit(await askAfter(later, another), rightCode())));
    });
  },
);

t.test('a browser that adds the first app on the account pages is known to the second factor', async (t) => {
  const { server, begin, now } = await openFactors(
    t,
    { required: 'when_enrolled' },
    { proxy: { trusted: ['127.0.0.1'] } },
  );
  await server.addAccount({ username: 'ada', password });
  const owner = new Browser();
  const askAfter = async (from: Browser) =>
    from.submit(await begin(from, { prompt: 'login' }), { login: 'ada', password });
  await askAfter(owner);
  const add = await owner.open(`${server.issuer}/account/authenticator/add`);
  const { key } = await setUpApp(owner, add, now());
  await keepOut(t, server, { key, askAfter });
  const known = moved(owner, '198.51.100.1');
  t.ok(hasCode(await known.submit(await askAfter(known), { code: codeAt(key, now()) })));
});

t.test('known devices have no more guesses after each new password', async (t) => {
  const { askAfter, guess, key, now, owner, server } = await open(t);
  t.ok(hasCode(await owner.submit(await askAfter(owner, password), { code: codeAt(key, now()) })));
  let typed = password;
  let checked = 0;
  for (let round = 0; round < 13; round += 1) {
    const page = await owner.open(`${server.issuer}/account/password`);
    const next = `a lantern by the harbour ${round}`;
    t.equal((await owner.submit(page, { current: typed, password: next })).status, 200);
    typed = next;
    checked += await guess(moved(owner, '198.51.100.1'), typed);
  }
  t.ok(checked <= 50, `${checked} in less than fifteen minutes`);
});

t.test('a network guesses the second factors of many accounts no faster than of one', async (t) => {
  const { server, begin, now } = await openFactors(
    t,
    {},
    { accounts: [], proxy: { trusted: ['127.0.0.1'] } },
  );
  const askAfter = async (from: Browser, login: string) =>
    from.submit(await begin(from, { prompt: 'login' }), { login, password });
  const statuses: number[] = [];
  let last = { key: '', owner: new Browser(), login: '' };
  for (let at = 0; at < 8; at += 1) {
    const login = `employee-${at}`;
    const owner = new Browser({ 'x-forwarded-for': `198.51.100.${at}` });
    await server.addAccount({ username: login, password });
    const { key, page } = await setUpApp(owner, await askAfter(owner, login), now());
    t.ok(hasCode(await owner.submit(page, {})));
    last = { key, owner, login };
  }
  const code = codeAt(last.key, now());
  for (let at = 0; at < 8; at += 1) {
    const thief = new Browser({ 'x-forwarded-for': `2001:db8:5:${at}::1` });
    const ask = await askAfter(thief, `employee-${at}`);
    for (let n = 0; n < 4; n += 1) statuses.push((await thief.submit(ask, { code: wrongCode(code) })).status);
  }
  t.equal(statuses.filter((status) => status === 422).length, 20, 'of 32 wrong codes');
  t.equal(statuses.filter((status) => status === 429).length, 12);

  server.clock.advance(10);
  const right = async (from: Browser) =>
    from.submit(await askAfter(from, last.login), { code: codeAt(last.key, now() + 30_000) });
  t.equal((await right(new Browser({ 'x-forwarded-for': '2001:db8:5:ff::1' }))).status, 429);
  t.ok(hasCode(await right(moved(last.owner, '2001:db8:5:ff::1'))), 'a known device in the same network');
  server.clock.advance(60);
  t.ok(hasCode(await right(new Browser({ 'x-forwarded-for': '203.0.113.7' }))), 'another network');
});

t.test('typing mistakes of people who then sign in do not make others in their office wait', async (t) => {
  const { server, begin, now } = await openFactors(
    t,
    {},
    { accounts: [], proxy: { trusted: ['127.0.0.1'] } },
  );
  const askAfter = async (from: Browser, login: string) =>
    from.submit(await begin(from, { prompt: 'login' }), { login, password });
  const keys: string[] = [];
  for (let at = 0; at < 10; at += 1) {
    const owner = new Browser({ 'x-forwarded-for': `198.51.100.${at}` });
    await server.addAccount({ username: `employee-${at}`, password });
    const { key, page } = await setUpApp(owner, await askAfter(owner, `employee-${at}`), now());
    t.ok(hasCode(await owner.submit(page, {})));
    keys.push(key);
  }
  /** What the office gets for so many wrong codes, and for the right one if it is typed. */
  const tryInOffice = async (
    at: number,
    { mistakes, isRightTyped }: { mistakes: number; isRightTyped: boolean },
  ) => {
    server.clock.advance(61);
    const browser = new Browser({ 'x-forwarded-for': '192.0.2.1' });
    const ask = await askAfter(browser, `employee-${at}`);
    const code = codeAt(keys[at] ?? '', now());
    const statuses: number[] = [];
    for (let n = 0; n < mistakes; n += 1)
      statuses.push((await browser.submit(ask, { code: wrongCode(code) })).status);
    if (isRightTyped) statuses.push(hasCode(await browser.submit(ask, { code })) ? 302 : 0);
    return statuses;
  };
  for (let at = 0; at < 8; at += 1) {
    const statuses = await tryInOffice(at, { mistakes: 3, isRightTyped: true });
    t.strictSame(statuses, [422, 422, 422, 302], `employee ${at}`);
  }
  // Who knows passwords there has no more guesses by that.
  let checked = 0;
  for (let at = 8; at < 10; at += 1)
    for (let round = 0; round < 4; round += 1) {
      server.clock.advance(900);
      const statuses = await tryInOffice(at, { mistakes: 4, isRightTyped: false });
      checked += statuses.filter((status) => status === 422).length;
    }
  t.ok(checked >= 20 && checked <= 26, `${checked} of 32`);
  t.strictSame(await tryInOffice(9, { mistakes: 1, isRightTyped: false }), [429]);
  t.strictSame(
    await tryInOffice(0, { mistakes: 1, isRightTyped: true }),
    [422, 302],
    'a known address does not wait for its network',
  );
});
