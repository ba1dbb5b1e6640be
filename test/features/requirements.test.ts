import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Write } from '#src/store/port.ts';
import { kinds } from '#src/store/record-kinds.ts';
import {
  Browser,
  formOf,
  newVerifier,
  openCommandFolder,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const another = 'a password that only Ada knows';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [],
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
    ...more,
  });
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess(['account', ...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const app = new RelyingParty(server.issuer);
  const begin = (browser: Browser, parameters: Record<string, string> = {}) =>
    browser.open(app.authorizationUrl(newVerifier(), parameters));
  const signIn = async (browser: Browser, typed: string): Promise<Page> =>
    browser.submit(await begin(browser), { login: 'ada', password: typed });
  const hasCode = (page: Page): boolean =>
    page.headers.has('location') && redirectParameters(page).has('code');
  return { server, run, runInProcess, begin, signIn, hasCode };
};

t.test('a password that an operator set is temporary', async (t) => {
  const { server, run, begin, signIn, hasCode } = await open(t);
  const made = await run('add', 'ada', '--generate');
  t.match(made, { required: ['password'] });
  const browser = new Browser();
  const form = await signIn(browser, made.password);
  t.equal(form.status, 200);
  t.match(form.body, /password-submit/);
  t.match(form.body, /Choose one that only you know/);
  t.notMatch(form.body, made.password);

  for (const path of ['/account/requests', '/account/email', '/account'])
    t.notMatch(
      (await browser.request(`${server.issuer}${path}`)).status,
      200,
      `${path} needs the new one first`,
    );

  const silent = await begin(browser, { prompt: 'none' });
  t.equal(redirectParameters(silent).get('error'), 'login_required', 'it can not be passed by');
  for (const [typed, problem] of [
    ['', /Enter a password/],
    ['short', /at least 10 characters/],
    [made.password, /other than the current one/],
    ['password123', /./],
  ] as const) {
    const refused = await browser.submit(form, { password: typed });
    t.equal(refused.status, 422, typed);
    t.match(refused.body, problem);
  }
  t.match(await server.app.services.accounts.findByUsername('ada'), { required: ['password'] });

  server.clock.advance(5);
  t.ok(hasCode(await browser.submit(form, { password: another })), 'the sign-in goes on');
  t.ok(hasCode(await begin(browser)), 'and its session is good');
  t.notOk((await server.app.services.accounts.findByUsername('ada'))?.required);
  t.ok(hasCode(await signIn(new Browser(), another)), 'it is asked once');
  t.match((await signIn(new Browser(), made.password)).body, /login-submit/, 'the former password is void');

  const reset = await run('reset-password', 'ada');
  t.match((await signIn(new Browser(), reset.password)).body, /password-submit/);
  const kept = await run('reset-password', 'ada', '--permanent');
  t.ok(hasCode(await signIn(new Browser(), kept.password)), 'unless the operator says otherwise');
});

t.test('who is signed in signs in again before a new password is asked for', async (t) => {
  const { server, run, begin, signIn, hasCode } = await open(t);
  await server.addAccount({ username: 'ada', password });
  const browser = new Browser();
  t.ok(hasCode(await signIn(browser, password)));
  t.match(await run('require', 'ada', 'password'), { required: ['password'] });
  // The server may have the account in its cache for a moment.
  server.clock.advance(6);
  const login = await begin(browser);
  t.match(login.body, /login-submit/, 'a browser that was left signed in is not enough');
  const form = await browser.submit(login, { password });
  t.match(form.body, /password-submit/);
  const forms = await Promise.all(
    Array.from({ length: 4 }, () => browser.submit(form, { password: another })),
  );
  t.ok(forms.some(hasCode), 'a form that is sent several times');
  t.ok(hasCode(await signIn(new Browser(), another)));

  t.match(await run('require', 'ada', 'password'), { required: ['password'] });
  t.notOk('required' in (await run('require', 'ada', 'password', '--off')));
  server.clock.advance(6);
  t.ok(hasCode(await signIn(new Browser(), another)));
});

/** Sends the form of a page without following where it leads. */
const post = (browser: Browser, { url, body }: Page, fields: Readonly<Record<string, string>>) => {
  const { action, hidden } = formOf(body);
  return browser.request(new URL(action, url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin: new URL(url).origin },
  });
};

t.test('a page for a new password that is kept open is no place to guess the one of its owner', async (t) => {
  const { server, run, signIn, hasCode } = await open(t);
  const made = await run('add', 'ada', '--generate');
  const formers = [new Browser(), new Browser(), new Browser()];
  const kept = await Promise.all(formers.map((browser) => signIn(browser, made.password)));
  for (const page of kept) t.match(page.body, /password-submit/);
  server.clock.advance(1);
  const owner = new Browser();
  t.ok(hasCode(await owner.submit(await signIn(owner, made.password), { password: another })));
  const [former = owner, wrong = owner, late = owner] = formers;
  const [page, ofWrong, ofLate] = kept as [Page, Page, Page];
  const answer = await former.submit(page, { password: another });
  t.match(answer.body, /login-submit/, 'the right one is asked for at the sign-in page, which counts it');
  t.notOk(hasCode(answer));
  t.notMatch((await former.request(`${server.issuer}/account`)).status, 200);
  const [right, guess] = [
    await post(late, ofLate, { password: another }),
    await post(wrong, ofWrong, { password: 'a guess at it' }),
  ];
  t.strictSame([right.status, right.body], [guess.status, guess.body], 'and tells nothing');
  t.notOk(hasCode(await late.open(String(right.headers.get('location')).replace(/^(?=\/)/, server.issuer))));
  t.equal(server.events.filter(({ type, outcome }) => type === 'sign-in' && outcome === 'ok').length, 4);
});

t.test('a page for a new password is no place to guess the present one', async (t) => {
  const { server, run, signIn } = await open(t);
  await t.test('that could not be chosen today', async (t) => {
    const passwordHash = await server.app.services.accounts.hashPassword('password123', 'ada');
    await server.addAccount({ username: 'ada', passwordHash });
    await run('require', 'ada', 'password');
    const browser = new Browser();
    const form = await signIn(browser, 'password123');
    t.match(form.body, /password-submit/);
    for (const typed of ['password123', 'password124'])
      t.match((await browser.submit(form, { password: typed })).body, /easy to guess/, typed);
  });

  await t.test('by many forms at once', async (t) => {
    const { password: temporary } = await run('reset-password', 'ada');
    const browser = new Browser();
    const form = await signIn(browser, temporary);
    t.match(form.body, /password-submit/);
    const stored = Promise.withResolvers<void>();
    const { commit } = server.store;
    Object.assign(server.store, {
      async commit(writes: readonly Write[]) {
        if (writes.some(({ key }) => key.kind === kinds.account)) await stored.promise;
        return commit(writes);
      },
    });
    const waiting: Page[] = [];
    const sent = Array.from({ length: 12 }, async (_, n) => {
      const page = await post(browser, form, { password: `guess ${n} of a thief` });
      if (page.status === 429) waiting.push(page);
    });
    // None of them has set a password yet.
    await Promise.race([Promise.all(sent), waitFor('the refusals', () => waiting.length === 7)]);
    stored.resolve();
    await Promise.all(sent);
    t.equal(waiting.length, 7, 'five are compared');
    for (const { headers, body } of waiting) {
      t.match(headers.get('retry-after'), /^[0-9]+$/);
      t.match(body, 'Too many attempts');
      t.match(body, /password-submit/);
    }
  });
});

t.test('a form for a new password that is sent twice', async (t) => {
  // After each new password the address is unknown to the account.
  const throttle = { sign_in_free_attempts: 100, sign_in_per_account: 0 };
  const { server, run, signIn, hasCode } = await open(t, { security: { throttle } });
  const { accounts, endEverything } = server.app.services;
  const made = await run('add', 'ada', '--generate');
  let temporary = made.password;
  const sendTwice = async (name: string, meanwhile: () => Promise<unknown>, second = another) => {
    const browser = new Browser();
    const form = await signIn(browser, temporary);
    t.match(form.body, /password-submit/, name);
    server.clock.advance(1);
    t.equal((await post(browser, form, { password: another })).status, 303);
    await meanwhile();
    const page = await browser.submit(form, { password: second });
    ({ password: temporary } = await run('reset-password', 'ada'));
    server.clock.advance(6);
    return page;
  };
  const { id = '' } = (await accounts.findByUsername('ada')) ?? {};
  t.ok(hasCode(await sendTwice('at once', async () => {})), 'goes on');
  t.ok(hasCode(await sendTwice('soon', async () => server.clock.advance(50))), 'within a minute');
  const endings: [string, () => Promise<unknown>][] = [
    ['later', async () => server.clock.advance(61)],
    [
      'after everything was ended',
      async () => {
        server.clock.advance(1);
        await endEverything(id);
      },
    ],
    [
      'after all other sessions were ended',
      async () => {
        server.clock.advance(1);
        await server.app.services.sessions.endOthers(id, '');
        server.clock.advance(1);
      },
    ],
    [
      'after another password',
      async () => {
        server.clock.advance(1);
        await accounts.setPassword(id, another);
      },
    ],
  ];
  for (const [name, meanwhile] of endings) {
    const page = await sendTwice(name, meanwhile);
    t.notOk(hasCode(page), name);
    t.match(page.body, /login-submit|This sign-in has expired/, `${name}: the person signs in again`);
  }
  t.match((await sendTwice('with another password', async () => {}, `${another}!`)).body, /login-submit/);
});

t.test('a profile is completed at the next sign-in, also after a new password', async (t) => {
  const { server, run, signIn, hasCode } = await open(t);
  await server.addAccount({
    username: 'ada',
    password,
    claims: { email: 'ada@example.com', email_verified: true },
  });
  await run('require', 'ada', 'profile');
  await run('require', 'ada', 'password');
  const browser = new Browser();
  const first = await signIn(browser, password);
  t.match(first.body, /password-submit/);
  const form = await browser.submit(first, { password: another });
  t.match(form.body, /profile-submit/);
  t.match(form.body, /value="ada@example.com"/);
  const refused = await browser.submit(form, { name: ' ', email: 'nonsense' });
  t.equal(refused.status, 422);
  t.match(refused.body, /Enter your name/);
  const done = await browser.submit(refused, { name: 'Ada <b>L', email: 'ada@example.com' });
  t.ok(hasCode(done));
  t.match(await run('show', 'ada'), {
    claims: { name: 'Ada <b>L', email: 'ada@example.com', email_verified: true },
  });

  await run('require', 'ada', 'profile');
  const again = new Browser();
  const fixed = await signIn(again, another);
  t.match(fixed.body, /name="email"[^>]* readonly/);
  t.match(fixed.body, 'This address is confirmed and stays as it is.');
  t.ok(hasCode(await again.submit(fixed, { name: 'Ada', email: 'new@example.com' })));
  t.match(
    await run('show', 'ada'),
    { claims: { name: 'Ada', email: 'ada@example.com', email_verified: true } },
    'a verified address is changed at the account page only',
  );

  await run('update', 'ada', '--claim', 'email=new@example.com', '--claim', 'email_verified=false');
  await run('require', 'ada', 'profile');
  const late = new Browser();
  const unverified = await signIn(late, another);
  t.notMatch(unverified.body, /name="email"[^>]* readonly/);
  await run('update', 'ada', '--claim', 'email_verified=true');
  t.ok(hasCode(await late.submit(unverified, { name: 'Ada', email: 'mallory@example.com' })));
  t.match(
    await run('show', 'ada'),
    { claims: { email: 'new@example.com', email_verified: true } },
    'also one that is verified while the form is open',
  );

  await run('update', 'ada', '--claim', 'email_verified=false');
  await run('require', 'ada', 'profile');
  const last = new Browser();
  const wrong = await last.submit(await signIn(last, another), { name: ' ', email: 'nonsense' });
  t.equal(wrong.status, 422);
  t.match(wrong.body, /There are 2 problems/);
  const changed = await last.submit(wrong, { name: 'Ada', email: 'third@example.com' });
  t.ok(hasCode(changed));
  t.match(await run('show', 'ada'), { claims: { email: 'third@example.com', email_verified: false } });
});

t.test(
  'a person chooses an address only at the domains of the operator, or keeps what is there',
  async (t) => {
    const { server, run, signIn, hasCode } = await open(t, {
      mail: { url: 'smtp://127.0.0.1:9', from: 'id@harbour.example' },
      sign_up: { verify_email: true, email_domains: ['harbour.example'] },
    });
    const claims = { email: 'ada@elsewhere.example', email_verified: false };
    await server.addAccount({ username: 'ada', password, claims });
    await run('require', 'ada', 'profile');
    const browser = new Browser();
    const form = await signIn(browser, password);
    t.match(form.body, 'An address at harbour.example.');
    const refused = await browser.submit(form, { name: 'Ada', email: 'ada@evil-harbour.example' });
    t.equal(refused.status, 422);
    t.match(refused.body, /one of the domains/);
    t.ok(hasCode(await browser.submit(refused, { name: 'Ada', email: claims.email })));

    const page = await browser.open(`${server.issuer}/account/email`);
    t.match(page.body, 'An address at harbour.example.');
    const changed = await browser.submit(page, { email: 'ada@evil-harbour.example', password });
    t.equal(changed.status, 422);
    t.match(changed.body, /one of the domains/);
    const accepted = await browser.submit(page, { email: 'ada@HARBOUR.example', password });
    t.match(accepted.url, /sent=yes/);
  },
);

t.test('the pages have three languages, and the command refuses with a sentence', async (t) => {
  const { server, run, runInProcess } = await open(t);
  await server.addAccount({ username: 'ada', password });
  await run('require', 'ada', 'password');
  for (const [language, text] of [
    ['de', 'Neues Passwort wählen'],
    ['pl', 'Ustaw nowe hasło'],
  ] as const) {
    const browser = new Browser({ 'accept-language': language });
    const app = new RelyingParty(server.issuer);
    const login = await browser.open(app.authorizationUrl(newVerifier()));
    const page = await browser.submit(login, { login: 'ada', password });
    t.match(page.body, text);
  }
  const refusals: [readonly string[], number, RegExp][] = [
    [['nobody', 'password'], 3, /no account nobody/],
    [['ada', 'hat'], 2, /Allowed choices/],
    [['ada'], 2, /argument/],
  ];
  for (const [args, exit, message] of refusals)
    t.match(await runInProcess(['account', 'require', ...args]), { exit, err: message });
});
