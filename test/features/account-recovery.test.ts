import { join } from 'node:path';
import t, { type Test } from 'tap';
import { codeAt, keyIn, recoveryCodesIn, setUpApp, wrongCode } from '../support/authenticator.ts';
import { addPasskey } from '../support/passkeys.ts';
import {
  Browser,
  formOf,
  newVerifier,
  openCommandFolder,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
} from '../support/setup/index.ts';
import { parseMail } from '../support/smtp-server.ts';
import { startWithMail } from '../support/start-with-mail.ts';

const another = 'a lantern by the harbour';

const open = async (t: Test) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const { server, smtp } = await startWithMail(t, {
    accounts: [],
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
    security: { password: { memory_kib: 8192, passes: 1 }, factors: { required: 'when_enrolled' } },
  });
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess(['account', ...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const app = new RelyingParty(server.issuer);
  const signIn = async (browser: Browser, typed = password): Promise<Page> =>
    browser.submit(await browser.open(app.authorizationUrl(newVerifier())), {
      login: 'ada',
      password: typed,
    });
  const claims = { email: 'ada@example.com', email_verified: true };
  const account = await server.addAccount({ username: 'ada', password, claims });
  const now = (): number => server.clock.now();
  /** The commands have another issuer. */
  const link = async (): Promise<string> => {
    const { url } = await run('recovery-link', 'ada');
    return `${server.issuer}${new URL(url).pathname}`;
  };
  return { server, smtp, run, runInProcess, link, signIn, account, now };
};

const hasCode = (page: Page): boolean => page.headers.has('location') && redirectParameters(page).has('code');

t.test('the path of a lost device, from the requirement to the recovery', async (t) => {
  const { server, smtp, run, runInProcess, link, signIn, account, now } = await open(t);
  const { id } = account;
  const first = new Browser();
  t.ok(hasCode(await signIn(first)));
  t.match(await run('require', 'ada', 'factor'), { required: ['factor'] });
  server.clock.advance(6);
  const app = new RelyingParty(server.issuer);
  const begin = (browser: Browser) => browser.open(app.authorizationUrl(newVerifier()));
  t.match((await begin(first)).body, 'login-submit', 'sessions sign in again');
  const setUp = await signIn(first);
  t.match(setUp.body, 'factor-set-up');
  t.notMatch(setUp.body, 'factor-later');
  const { key, page } = await setUpApp(first, setUp, now());
  t.ok(hasCode(await first.submit(page, {})));
  t.notOk('required' in (await run('show', 'ada')));
  t.match(await runInProcess(['account', 'require', 'ada', 'factor']), { exit: 4, err: /already/ });
  await smtp.next('ada@example.com');

  const list = await run('factors', 'list', 'ada');
  t.match(list, { items: [{ kind: 'authenticator', id: String }], recovery_codes_left: 10 });
  t.notMatch(JSON.stringify(list), key.replaceAll(' ', ''));
  for (const [args, exit, message] of [
    [['factors', 'list', 'nobody'], 3, /no account nobody/],
    [['factors', 'remove', 'ada', 'hat'], 3, /no second factor hat/],
    [['factors', 'remove', 'ada'], 2, /argument/],
    [['recovery-link', 'nobody'], 3, /no account nobody/],
  ] as const)
    t.match(await runInProcess(['account', ...args]), { exit, err: message });

  const { expires_at: until } = await run('recovery-link', 'ada');
  t.ok(Math.abs(Date.parse(until) - Date.now() - 3_600_000) < 60_000);
  const [late, url] = [await link(), await link()];
  const person = new Browser();
  const form = await person.open(url);
  t.equal(form.status, 200);
  t.equal((await person.open(url)).status, 200, 'looking at it changes nothing');
  t.equal((await person.request(`${url}x`)).status, 410);
  const newKey = keyIn(form);
  const { pending = '' } = formOf(form.body).hidden;
  const good = codeAt(newKey, now());
  for (const [fields, text] of [
    [{}, 'Fill in a new password, or the code of a new app'],
    [{ code: wrongCode(good) }, 'That code isn’t correct'],
    [{ password: 'short' }, 'at least 10 characters'],
    [{ password: another, code: wrongCode(good) }, 'That code isn’t correct'],
    [{ password: 'short', code: good }, 'at least 10 characters'],
    [{ password: another, code: good, pending: 'x' }, 'The page was open for too long'],
  ] as const) {
    const refused = await person.submit(form, { pending, ...fields });
    t.equal(refused.status, 422, JSON.stringify(fields));
    t.match(refused.body, text);
  }
  t.match((await signIn(new Browser(), another)).body, 'login-submit', 'nothing has changed');

  server.clock.advance(2);
  const forms = await Promise.all(
    Array.from({ length: 4 }, () => person.submit(form, { pending, password: another, code: good })),
  );
  const shown = forms.filter(({ body }) => recoveryCodesIn({ ...form, body }).length === 10);
  t.equal(shown.length, 1, 'of parallel forms one sets the new app');
  for (const { status } of forms) t.equal(status, 200);
  t.notOk(
    [...person.cookies.keys()].some((name) => name === 'postern_session;/'),
    'a browser that is not signed in',
  );
  server.clock.advance(61);
  t.equal((await person.request(url)).status, 410, 'the link is used up');
  t.match((await begin(first)).body, 'login-submit', 'what was signed in has ended');

  const again = new Browser();
  t.match((await signIn(again, password)).body, 'login-submit', 'the former password is void');
  const ask = await signIn(again, another);
  t.match(ask.body, 'factor-submit', 'the new password alone is not enough');
  t.equal((await again.submit(ask, { code: codeAt(key, now()) })).status, 422, 'nor the lost app');
  t.ok(hasCode(await again.submit(ask, { code: codeAt(newKey, now()) })));
  const awaited = new Set(['A recovery link', 'An authenticator app was added', 'Your password']);
  while (awaited.size > 0) {
    const subject = parseMail(await smtp.next('ada@example.com')).headers.get('subject')?.[0] ?? '';
    for (const beginning of awaited) if (subject.startsWith(beginning)) awaited.delete(beginning);
  }
  t.match(
    server.events.find(({ type }) => type === 'account.recovered'),
    { account: id, details: { password: true, factor: true } },
  );

  t.match(await run('factors', 'remove', 'ada', 'recovery'), { authenticators_left: 1 });
  const { items } = await run('factors', 'list', 'ada');
  t.match(await run('factors', 'remove', 'ada', items[0].id), { authenticators_left: 0 });
  server.clock.advance(6);
  t.ok(hasCode(await signIn(new Browser(), another)), 'by password alone again');
  t.equal((await runInProcess(['account', 'factors', 'remove', 'ada', 'authenticator'])).exit, 3);
  server.clock.advance(3600);
  t.equal((await person.request(late)).status, 410, 'after an hour');
});

t.test(
  'a recovery link is void after another one was used, after an hour, and for a disabled account',
  async (t) => {
    const { server, runInProcess, link, account } = await open(t);
    const browser = new Browser();
    const status = async (url: string) => (await browser.request(url)).status;
    const [one, other] = [await link(), await link()];
    server.clock.advance(2);
    const done = await browser.submit(await browser.open(one), { password: another });
    t.equal(done.url, `${server.issuer}/account/recover`, 'the token is gone from the address bar');
    t.equal(await status(other), 410);

    server.clock.advance(2);
    const [app, older] = [await link(), await link()];
    const form = await browser.open(app);
    server.clock.advance(2);
    const { pending = '' } = formOf(form.body).hidden;
    const code = codeAt(keyIn(form), server.clock.now());
    t.equal(recoveryCodesIn(await browser.submit(form, { pending, code })).length, 10);
    t.equal(await status(older), 410, 'also after one that changed the app only');
    await server.app.services.accounts.disable(account.id);
    t.match(await runInProcess(['account', 'recovery-link', 'ada']), { exit: 4, err: /disabled/ });
  },
);

t.test('an operator lists the passkeys of an account, and removes them', async (t) => {
  const { server, run, runInProcess, signIn } = await open(t);
  for (const count of [1, 2]) {
    await addPasskey(server, 'ada');
    const { items } = await run('factors', 'list', 'ada');
    t.match(items, Array(count).fill({ kind: 'passkey', id: String, created_at: String }));
  }
  t.equal((await runInProcess(['account', 'factors', 'remove', 'ada', 'made-up'])).exit, 3);
  const { items } = await run('factors', 'list', 'ada');
  t.match(await run('factors', 'remove', 'ada', items[0].id), { passkeys_left: 1 });
  t.match(await run('factors', 'remove', 'ada', 'passkey'), { passkeys_left: 0 }, 'the last one too');
  t.equal((await runInProcess(['account', 'factors', 'remove', 'ada', 'passkey'])).exit, 3);
  t.ok(hasCode(await signIn(new Browser())), 'by password alone');
});
