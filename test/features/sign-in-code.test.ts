import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { setUpApp } from '../support/authenticator.ts';
import { hasSession } from '../support/second-factor.ts';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import { parseMail, type ReceivedMail, type SmtpServer } from '../support/smtp-server.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

const address = 'grace@example.com';

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
  readonly account: string;
}

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}): Promise<Stage> => {
  const { server, smtp } = await startWithMail(t, {
    sign_in: { email_code: true },
    tokens: { interaction_ttl: 3600 },
    ...more,
  });
  const claims = { email: address, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  return { server, smtp, account: id };
};

const begin = ({ server }: Stage, browser: Browser, parameters: Record<string, string> = {}): Promise<Page> =>
  browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier(), parameters));

/** The page for the code, after a name was entered. */
const ask = async (stage: Stage, browser: Browser, login: string): Promise<Page> => {
  const page = await begin(stage, browser);
  const form = await browser.open(`${page.url}?code=yes`);
  return browser.submit(form, { login });
};

const codeIn = (mail: ReceivedMail | undefined): string =>
  /^ {4}(\d{6})\s*$/m.exec(mail ? parseMail(mail).text : '')?.[1] ?? '';

const nextCode = async ({ smtp }: Pick<Stage, 'smtp'>): Promise<string> => codeIn(await smtp.next(address));

const other = (code: string): string => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

const hasCode = (page: Page): boolean => page.headers.has('location') && redirectParameters(page).has('code');

const settled = ({ server }: Pick<Stage, 'server'>): Promise<void> => waitForEmptyOutbox(server);

const withoutIds = (body: string, login: string): string =>
  body.replaceAll(login, 'LOGIN').replaceAll(/[\w-]{20,}|<code>[^<]*<\/code>/g, '');

t.test('it is off by default', async (t) => {
  const stage = await open(t, { sign_in: {} });
  const browser = new Browser();
  const page = await begin(stage, browser);
  t.notMatch(page.body, 'code=yes');
  t.match((await browser.open(`${page.url}?code=yes`)).body, 'login-submit');
  const answer = await browser.submit(page, { by: 'code', login: 'grace', password: '' });
  t.equal(answer.status, 422);
  await settled(stage);
  t.equal(stage.smtp.received.length, 0);
});

t.test('a code signs in once, in the browser that asked for it', async (t) => {
  const stage = await open(t);
  const browser = new Browser({ 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0 evil.example' });
  const login = await begin(stage, browser);
  t.match(login.body, 'Sign in with a code by email');
  const form = await browser.open(`${login.url}?code=yes`);
  t.equal((await browser.submit(form, { login: ' ' })).status, 422);
  const page = await browser.submit(form, { login: 'Grace' });
  t.equal(page.status, 200);
  t.match(page.body, 'If there is an account with a confirmed address');
  t.notMatch(page.body, address, 'the page doesn’t show the address');
  const mail = await stage.smtp.next(address);
  const { text } = parseMail(mail);
  t.match(text, 'Firefox on Linux');
  t.notMatch(text, 'evil');
  const code = codeIn(mail);

  const thief = new Browser();
  const stolen = await thief.request(page.url, {
    method: 'POST',
    body: new URLSearchParams({ code }),
    headers: { origin: stage.server.issuer },
  });
  t.not(stolen.status, 303);
  const own = await ask(stage, thief, 'grace');
  await nextCode(stage);
  t.equal((await thief.submit(own, { code })).status, 422, 'it is the code of another browser');

  t.equal((await browser.submit(page, { code: '' })).status, 422);
  t.match((await browser.submit(page, { code: other(code) })).body, 'That code isn’t correct');
  t.match((await browser.open(page.url)).body, 'code-submit', 'a reload keeps the page');
  const done = await Promise.all(
    Array.from({ length: 4 }, () => browser.submit(page, { code: ` ${code.slice(0, 3)} ${code.slice(3)}` })),
  );
  t.ok(done.some(hasCode));
  t.equal(new Set(done.filter(hasCode).map((one) => redirectParameters(one).get('code'))).size, 1);
  const again = await browser.submit(page, { code });
  t.notOk(hasCode(again), 'it was used');
});

t.test('a form that is sent twice, as by a double click, leads on both times', async (t) => {
  const stage = await open(t);
  const browser = new Browser();
  const page = await ask(stage, browser, 'grace');
  const { action, hidden } = formOf(page.body);
  const code = await nextCode(stage);
  const send = () =>
    browser.request(new URL(action, page.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, code }),
      headers: { origin: stage.server.issuer },
    });
  const sent = [...(await Promise.all([send(), send(), send()])), await send()];
  t.strictSame(
    sent.map(({ status }) => status),
    [303, 303, 303, 303],
  );
  t.equal(new Set(sent.map(({ headers }) => headers.get('location'))).size, 1);
  t.ok(hasCode(await browser.open(new URL(sent[3]?.headers.get('location') ?? '', page.url).href)));
  t.not((await send()).status, 303, 'until the sign-in goes on');
});

t.test('the sign-in is one factor: amr is otp', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const browser = new Browser();
  const page = await ask(stage, browser, address);
  await browser.submit(page, { code: await nextCode(stage) });
  const party = new RelyingParty(server.issuer);
  const { code, verifier } = await codeFor(party, browser);
  const { body } = await party.redeem(code, verifier);
  t.match(decodeJwt(String(body['id_token'])), { sub: stage.account, amr: ['otp'] });
  const events = server.events.filter(({ type }) => type === 'sign-in' || type === 'sign-in.code_requested');
  t.match(events, [
    { type: 'sign-in.code_requested', outcome: 'ok', account: stage.account },
    { type: 'sign-in', outcome: 'ok', account: stage.account },
  ]);
});

t.test('after five tries, and after ten minutes, also the right code is refused', async (t) => {
  const stage = await open(t, {
    security: { throttle: { sign_in_free_attempts: 50, sign_in_per_account: 100 } },
  });
  const { server } = stage;
  const browser = new Browser();
  const page = await ask(stage, browser, 'grace');
  const code = await nextCode(stage);
  const guesses = await Promise.all(
    Array.from({ length: 8 }, () => browser.submit(page, { code: other(code) })),
  );
  t.equal(guesses.filter(({ body }) => body.includes('Too many wrong codes')).length, 4);
  t.match((await browser.submit(page, { code })).body, 'Too many wrong codes');

  await browser.submit(page, { resend: 'yes' });
  const second = await nextCode(stage);
  server.clock.advance(601);
  t.match((await browser.submit(page, { code: second })).body, 'This code has expired');
  await browser.submit(page, { resend: 'yes' });
  t.ok(hasCode(await browser.submit(page, { code: await nextCode(stage) })));
});

t.test('wrong codes are counted with wrong passwords, whichever form they come by', async (t) => {
  const stage = await open(t);
  const browser = new Browser();
  const statuses: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const page = await ask(stage, browser, 'grace');
    statuses.push((await browser.submit(page, { code: '000000' })).status);
    const login = await begin(stage, browser);
    statuses.push((await browser.submit(login, { login: 'grace', password: 'wrong' })).status);
  }
  t.strictSame(statuses, [422, 422, 422, 422, 422, 429]);
});

t.test('the record names the account of a wrong code, and its owner sees it', async (t) => {
  const stage = await open(t, {
    audit: { enabled: true },
    security: { throttle: { sign_in_free_attempts: 50, sign_in_per_account: 100 } },
  });
  const { server, account } = stage;
  const browser = new Browser();
  const page = await ask(stage, browser, 'grace');
  const code = await nextCode(stage);
  for (let tried = 0; tried < 6; tried += 1) await browser.submit(page, { code: other(code) });
  const stranger = new Browser();
  await stranger.submit(await ask(stage, stranger, 'nobody'), { code: '000000' });
  const refused = server.events
    .filter(({ type, outcome }) => type === 'sign-in' && outcome === 'refused')
    .map(({ reason, account: of }) => ({ reason, of }));
  t.strictSame(refused, [
    ...Array(4).fill({ reason: 'wrong_code', of: account }),
    ...Array(2).fill({ reason: 'too_many_codes', of: account }),
    { reason: 'wrong_code', of: undefined },
  ]);

  const owner = await signedInBrowser(server, 'grace');
  const shown = async (): Promise<number> =>
    (await owner.open(`${server.issuer}/account/activity`)).body.split('A sign-in was refused').length - 1;
  await waitFor('the activity of the account', async () => (await shown()) === 6);
});

t.test('wrong codes for many accounts count for the network, but not on known devices', async (t) => {
  const stage = await open(t, { proxy: { trusted: ['127.0.0.1'] } });
  const { server, smtp } = stage;
  for (let at = 0; at < 10; at += 1) {
    const claims = { email: `employee-${at}@example.com`, email_verified: true };
    await server.addAccount({ username: `employee-${at}`, claims });
  }
  const owner = new Browser({ 'x-forwarded-for': '2001:db8:5:ff::1' });
  const signIn = async (browser: Browser): Promise<Page> => {
    const page = await ask(stage, browser, 'grace');
    return browser.submit(page, { code: await nextCode(stage) });
  };
  t.ok(hasCode(await signIn(owner)));

  const statuses: number[] = [];
  const guess = async (at: number): Promise<void> => {
    const browser = new Browser({ 'x-forwarded-for': `2001:db8:5:${at.toString(16)}::1` });
    const page = await ask(stage, browser, `employee-${at}`);
    const code = codeIn(await smtp.next(`employee-${at}@example.com`));
    for (let n = 0; n < 4; n += 1) statuses.push((await browser.submit(page, { code: other(code) })).status);
    if (at === 9) t.equal((await browser.submit(page, { code })).status, 429, 'a right code waits as well');
  };
  for (let at = 0; at < 10; at += 1) await guess(at);
  t.equal(statuses.filter((status) => status === 422).length, 20, 'of 40 wrong codes');
  t.equal(statuses.filter((status) => status === 429).length, 20);

  const known = new Browser({ 'x-forwarded-for': '2001:db8:5:ff::1' });
  const { value = '', path } = owner.cookies.get('postern_device;/') ?? {};
  known.setCookie('postern_device', value, path);
  t.ok(hasCode(await signIn(known)), 'a known device in the same network');
  t.ok(hasCode(await signIn(new Browser({ 'x-forwarded-for': '2001:db8:5:ff::1' }))), 'her known address');
  const stranger = await signIn(new Browser({ 'x-forwarded-for': '2001:db8:5:fe::1' }));
  t.equal(stranger.status, 429, 'an address of the same network that she has not used');
  t.ok(hasCode(await signIn(new Browser({ 'x-forwarded-for': '198.51.100.7' }))), 'another network');
});

t.test('a guest of an office can not keep out people who signed in from there before', async (t) => {
  const stage = await open(t, { proxy: { trusted: ['127.0.0.1'] } });
  const { server } = stage;
  const inOffice = () => new Browser({ 'x-forwarded-for': '192.0.2.1' });
  const signIn = async (): Promise<Page> => {
    const browser = inOffice();
    const page = await ask(stage, browser, 'grace');
    return browser.submit(page, { code: await nextCode(stage) });
  };
  t.ok(hasCode(await signIn()));

  /** How many of so many wrong codes are checked. */
  const guess = async (login: string, tries: number, secondsBetween = 0): Promise<number> => {
    const guest = inOffice();
    const page = await ask(stage, guest, login);
    let checked = 0;
    for (let n = 0; n < tries; n += 1) {
      server.clock.advance(secondsBetween);
      if ((await guest.submit(page, { code: '123456' })).status === 422) checked += 1;
    }
    return checked;
  };
  let byGuest = 0;
  for (let at = 0; at < 6; at += 1) {
    server.clock.advance(61);
    byGuest += await guess(`nobody-${at}`, 4);
  }
  t.equal(byGuest, 21, 'of 24 wrong codes in six minutes');
  t.ok(hasCode(await signIn()), 'a right code in a new browser');

  server.clock.advance(600);
  t.equal(await guess('nobody', 1), 1, 'the turn of the network');
  server.clock.advance(1);
  const atHers = await guess('grace', 20, 20);
  t.ok(
    atHers >= 10 && atHers <= 13,
    `${atHers} of 20 wrong codes for a known address, and turns of the network`,
  );
});

t.test('names that get no code are answered like any other, and a guess opens nothing', async (t) => {
  const stage = await open(t, { security: { throttle: { mail_request_per_address: 0 } } });
  const { server, smtp } = stage;
  const { accounts, oneTimeCodes: codes } = server.app.services;
  await server.addAccount({ username: 'plain-person', password, claims: { email: 'plain@example.com' } });
  const claims = { email: 'disabled@example.com', email_verified: true };
  const { id } = await server.addAccount({ username: 'harbour-master', password, claims });
  await accounts.disable(id);
  const bodies = new Set<string>();
  const statuses = new Set<number>();
  for (const login of ['grace', 'plain-person', 'harbour-master', 'nobody', 'nobody@example.com']) {
    const browser = new Browser();
    const page = await ask(stage, browser, login);
    const wrong = await browser.submit(page, { code: 'nonsense' });
    for (const { body, status } of [page, wrong]) {
      bodies.add(withoutIds(body, login));
      statuses.add(status);
    }
  }
  t.strictSame([...statuses], [200, 422]);
  t.equal(bodies.size, 2, 'one page for the code, and one for a wrong one');
  await settled(stage);
  t.equal(smtp.received.length, 1);

  const stored = JSON.stringify((await server.store.dump()).entries);
  const ids = [...stored.matchAll(/codeId\W+([\w-]+)/g)].map(([, one = '']) => one);
  t.equal(ids.length, 5);
  t.notOk(ids.some((one) => stored.includes(`"${codes.codeOf('sign-in-code', one)}"`)));
  const browser = new Browser();
  const page = await ask(stage, browser, 'harbour-master');
  const after = JSON.stringify((await server.store.dump()).entries);
  const [fresh = ''] = [...after.matchAll(/codeId\W+([\w-]+)/g)]
    .map(([, one = '']) => one)
    .filter((one) => !ids.includes(one));
  const guess = await browser.submit(page, { code: codes.codeOf('sign-in-code', fresh) });
  t.equal(guess.status, 422);
});

t.test('one name gets few codes, and a known device has a share of its own', async (t) => {
  const stage = await open(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: { throttle: { mail_request_per_address: 0, mail_per_recipient: 4 } },
  });
  const { smtp } = stage;
  const owner = new Browser();
  await owner.submit(await ask(stage, owner, 'grace'), { code: await nextCode(stage) });
  for (let n = 0; n < 9; n += 1) {
    const stranger = new Browser({ 'x-forwarded-for': `192.0.2.${n % 3}` });
    t.match((await ask(stage, stranger, n % 2 ? 'grace' : address)).body, 'code-submit');
  }
  await settled(stage);
  t.equal(smtp.received.length, 4);
  const page = await begin(stage, owner, { prompt: 'login' });
  const form = await owner.open(`${page.url}?code=yes`);
  t.match(form.body, /value="grace"[^>]*readonly|readonly[^>]*value="grace"/, 'the name is fixed');
  const asked = await owner.submit(form, {});
  await settled(stage);
  t.equal(smtp.received.length, 5);
  t.ok(hasCode(await owner.submit(asked, { code: codeIn(smtp.received[4]) })));
});

t.test(
  'a code is void after "This wasn’t me", the end of all other sessions, and a new address',
  async (t) => {
    const stage = await open(t);
    const { server, account } = stage;
    const { accounts, sessions } = server.app.services;
    const changes = [
      () => accounts.signOut(account),
      () => sessions.endOthers(account, ''),
      () => accounts.update(account, { claims: { email: 'other@example.com', email_verified: true } }),
    ];
    for (const change of changes) {
      const browser = new Browser();
      const page = await ask(stage, browser, 'grace');
      const code = await nextCode(stage);
      server.clock.advance(1);
      await change();
      t.equal((await browser.submit(page, { code })).status, 422);
    }
  },
);

t.test('an authenticator app is asked for after a code as after a password', async (t) => {
  const stage = await open(t, {
    accounts: [],
    security: { password: { memory_kib: 8192, passes: 1 }, factors: { required: 'always' } },
  });
  const { server } = stage;
  const browser = new Browser();
  const page = await ask(stage, browser, 'grace');
  const setUp = await browser.submit(page, { code: await nextCode(stage) });
  t.equal(setUp.status, 200);
  t.notOk(hasSession(browser), 'a code alone makes no session');
  const { page: done } = await setUpApp(browser, setUp, server.clock.now());
  t.ok(hasCode(await browser.submit(done, {})));
  server.clock.advance(31);

  const second = new Browser();
  const asked = await second.submit(await ask(stage, second, 'grace'), { code: await nextCode(stage) });
  t.match(asked.body, /autocomplete="one-time-code"/);
  t.notOk(hasSession(second));
});
