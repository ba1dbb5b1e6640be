import t, { type Test } from 'tap';
import { codeAt, setUpApp } from '../support/authenticator.ts';
import { addPasskey, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import { linksIn, parseMail, type SmtpServer } from '../support/smtp-server.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

const address = 'grace@example.com';

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
  readonly account: string;
}

const open = async (t: Test): Promise<Stage> => {
  const { server, smtp } = await startWithMail(t);
  const claims = { email: address, email_verified: true };
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  server.clock.advance(2 * 3600);
  return { server, smtp, account: id };
};

const signIn = async ({ server }: Stage, browser: Browser, typed = password): Promise<Page> => {
  const request = new RelyingParty(server.issuer).authorizationUrl(newVerifier(), { prompt: 'login' });
  return browser.submit(await browser.open(request), { login: 'grace', password: typed });
};

const nothingWaits = ({ server }: Stage): Promise<void> => waitForEmptyOutbox(server);

const withSubject = ({ smtp }: Stage, pattern: RegExp) =>
  smtp.received.filter((mail) => pattern.test(parseMail(mail).headers.get('subject')?.[0] ?? ''));

t.test('a sign-in in a new browser is reported once for each browser, a refused one never', async (t) => {
  const stage = await open(t);
  const browser = new Browser({ 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0 evil.example' });
  t.equal((await signIn(stage, browser, 'wrong')).status, 422);
  await nothingWaits(stage);
  t.equal(stage.smtp.received.length, 0);
  t.equal((await signIn(stage, browser)).status, 303);
  const { text } = parseMail(await stage.smtp.next(address));
  t.match(text, 'Firefox on Windows');
  t.match(text, '127.0.0.1');
  t.notMatch(text, 'evil');
  await signIn(stage, browser);
  await nothingWaits(stage);
  t.equal(stage.smtp.received.length, 1, 'the browser is known now');
  await signIn(stage, new Browser());
  await waitFor('a second message', () => stage.smtp.received.length === 2);
});

t.test('a browser is known after the second factor, and not after the password alone', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;
  const owner = await signedInBrowser(server, 'grace');
  const add = `${server.issuer}/account/authenticator/add`;
  const { key } = await setUpApp(owner, await owner.open(add), server.clock.now());
  const giveCode = async (browser: Browser): Promise<Page> => {
    server.clock.advance(31);
    const ask = await signIn(stage, browser);
    t.match(ask.body, 'factor-submit');
    return browser.submit(ask, { code: codeAt(key, server.clock.now()) });
  };
  const newDevices = () => withSubject(stage, /New sign-in/).length;
  const browser = new Browser();
  t.match((await signIn(stage, browser)).body, 'factor-submit');
  await nothingWaits(stage);
  t.equal(newDevices(), 0);
  t.equal((await giveCode(browser)).status, 303);
  await nothingWaits(stage);
  t.equal(newDevices(), 1, 'the sign-in is reported, though the password was typed before');
  t.equal((await giveCode(browser)).status, 303);
  await nothingWaits(stage);
  t.equal(newDevices(), 1, 'the browser is known now');
  t.ok(smtp.received.length > 0);
});

t.test('an account that is new, or has no verified address, gets no message', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await server.addAccount({
    username: 'fresh',
    password,
    claims: { email: 'f@example.com', email_verified: true },
  });
  const browser = new Browser();
  const form = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.equal((await browser.submit(form, { login: 'fresh', password })).status, 303);
  const other = new Browser();
  const page = await other.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.equal((await other.submit(page, { login: 'ada', password })).status, 303);
  await nothingWaits(stage);
  t.equal(stage.smtp.received.length, 0);
});

t.test('a changed password is reported, also one that was reset', async (t) => {
  const stage = await open(t);
  await stage.server.app.services.accounts.setPassword(stage.account, 'a lantern by the harbour');
  const { text } = parseMail(await stage.smtp.next(address));
  t.match(text, 'The password of your account was changed');
  t.match(linksIn(stage.smtp.received[0] ?? (await stage.smtp.next(address)), stage.server.issuer), [
    /\/account\/not-me\/[\w-]{43}$/,
  ]);
});

t.test('a notice and its page say what to check besides passkeys, in each language', async (t) => {
  const stage = await open(t);
  const { server, smtp, account } = stage;
  for (const [language, words, apps] of [
    ['en', /authenticator apps, recovery codes(?: and|,) linked accounts/, /[Aa]pps (?:with|have no) access/],
    [
      'de',
      /Authenticator-Apps, Wiederherstellungscodes(?: und|,) verbunden/,
      /Apps (?:mit|haben keinen) Zugriff/,
    ],
    [
      'pl',
      /aplikacj(?:e|i) uwierzytelniając\w+, kod(?:y|ów) odzyskiwania(?: i| ani|,) połączon/,
      /[Aa]plikacje (?:z dostępem|nie mają już dostępu)/,
    ],
  ] as const) {
    await server.app.services.accounts.update(account, { claims: { locale: language } });
    await server.app.services.accounts.setPassword(account, 'a lantern by the harbour');
    const mail = await smtp.next(address);
    const { text } = parseMail(mail);
    t.match(text.replaceAll(/\s+/g, ' '), words, `mail in ${language}`);
    t.match(text.replaceAll(/\s+/g, ' '), apps);
    const [link = ''] = linksIn(mail, server.issuer);
    const browser = new Browser();
    const page = await browser.open(`${link}?lang=${language}`);
    t.match(page.body, words, `page in ${language}`);
    t.match(page.body, 'not-me-submit', 'which ends everything that is signed in');
    const done = await browser.request(`${server.issuer}/account/not-me?lang=${language}`);
    t.match(done.body, words, `the page afterwards in ${language}`);
    t.match(done.body, apps);
    t.match(done.body, '/account/sign-in-methods');
  }
});

t.test(
  '"This wasn’t me" ends everything, removes the password and sends a link for a new one, and changes nothing else',
  async (t) => {
    const stage = await open(t);
    const { server, smtp } = stage;
    const attacker = new Browser();
    await signIn(stage, attacker);
    const [link = ''] = linksIn(await smtp.next(address), server.issuer);
    const claims = (await server.app.services.accounts.find(stage.account))?.claims;
    for (const method of ['HEAD', 'GET', 'GET']) await fetch(link, { method, headers: { accept: '*/*' } });
    const party = new RelyingParty(server.issuer);
    t.equal((await attacker.open(party.authorizationUrl(newVerifier()))).status, 303, 'still signed in');

    const results = await Promise.all(
      Array.from({ length: 4 }, () =>
        fetch(link, {
          method: 'POST',
          headers: { origin: server.issuer, accept: 'text/html' },
          redirect: 'manual',
        }),
      ),
    );
    t.strictSame(
      results.map(({ status }) => status),
      [303, 303, 303, 303],
      'a form that is sent twice ends where the first one did',
    );
    server.clock.advance(61);
    t.equal((await attacker.request(link)).status, 410);
    const again = await attacker.open(party.authorizationUrl(newVerifier()));
    t.match(again.body, 'login-submit', 'the session is gone');
    const [reset = ''] = linksIn(await smtp.next(address), server.issuer);
    t.match(reset, '/account/reset/');
    await nothingWaits(stage);
    t.equal(withSubject(stage, /Choose a new password/).length, 1);
    const now = await server.app.services.accounts.find(stage.account);
    t.equal(now?.enabled, true);
    t.strictSame({ ...now?.claims, updated_at: 0 }, { ...claims, updated_at: 0 });
    t.equal((await signIn(stage, attacker)).status, 422, 'the former password no longer works');
    const owner = new Browser();
    const fresh = 'a lantern by the harbour';
    t.equal((await owner.submit(await owner.open(reset), { password: fresh })).status, 200);
    t.equal((await signIn(stage, owner, fresh)).status, 303);
    t.equal((await signIn(stage, attacker)).status, 422);
  },
);

t.test('"This wasn’t me" also removes the ways to sign in that were added since', async (t) => {
  const stage = await open(t);
  const { server, account: id } = stage;
  const { accounts, factors, upstreamLinks } = server.app.services;
  const addWays = async (subject: string) => {
    const account = await accounts.find(id);
    if (!account) throw new Error('no account');
    const { pending, secret } = factors.begin(account, subject);
    const code = codeAt(secret, server.clock.now());
    await factors.enrol(account, { place: subject, pending, code });
    const { authenticators } = await factors.of((await accounts.find(id)) ?? account);
    t.ok(authenticators.length > 0, 'the app was added');
    const linkedAt = server.clock.now();
    await server.store.commit([
      upstreamLinks.insertion({
        upstream: 'corp',
        subject,
        account: id,
        linkedAt,
        label: subject,
        given: {},
      }),
    ]);
  };
  await addWays('owner');
  server.clock.advance(2 * 3600);
  await accounts.setPassword(id, 'a lantern by the harbour');
  const about = () => withSubject(stage, /password .* was changed/);
  await waitFor('the notice', () => about().length === 1);
  const [notMe = ''] = about().flatMap((mail) => linksIn(mail, server.issuer));
  server.clock.advance(60);
  await addWays('thief');
  const found = await accounts.find(id);
  t.equal(found && (await factors.renewRecoveryCodes(found))?.length, 10, 'in place of those of the owner');
  const owner = new Browser();
  await owner.submit(await owner.open(notMe), {});
  const links = await upstreamLinks.listOf(id);
  t.strictSame(
    links.map(({ link }) => link.subject),
    ['owner'],
  );
  const account = await accounts.find(id);
  const left = account && (await factors.of(account));
  t.equal(left?.authenticators.length, 1);
  t.equal(left?.recovery, undefined, 'recovery codes of the thief are void');
});

for (const [what, isKept] of [
  ['that took the place of an older one', true],
  ['that is the first one', false],
] as const)
  t.test(`"This wasn’t me" ${isKept ? 'keeps' : 'removes'} an app ${what}`, async (t) => {
    const stage = await open(t);
    const { server, smtp } = stage;
    const apps = `${server.issuer}/account/authenticator`;
    const add = async () => {
      const browser = await signedInBrowser(server, 'grace', { how: { amr: ['pwd', 'otp', 'mfa'] } });
      await setUpApp(browser, await browser.open(`${apps}/add`), server.clock.now());
      server.clock.advance(2 * 3600);
      return browser;
    };
    const appsLeft = async () => {
      const account = await server.app.services.accounts.find(stage.account);
      return account && (await server.app.services.factors.of(account)).authenticators;
    };
    if (isKept) {
      await add();
      await smtp.next(address);
    }
    const [older] = (await appsLeft()) ?? [];
    server.clock.advance(8 * 86_400);
    const browser = await add();
    const [notMe = ''] = linksIn(await smtp.next(address), server.issuer);
    if (older) {
      for (const { name, value } of (await server.signIn('grace', { amr: ['pwd', 'otp', 'mfa'] })).cookies)
        browser.setCookie(name, value);
      await browser.submit(await browser.open(`${apps}/${older.id}/remove`), {});
    }
    t.equal((await appsLeft())?.length, 1);
    t.not((await appsLeft())?.[0]?.id, older?.id);

    // A person who reads the mail of the account, and nothing else.
    const reader = new Browser();
    await reader.submit(await reader.open(notMe), {});
    const resets = () =>
      smtp.received
        .flatMap((mail) => linksIn(mail, server.issuer))
        .filter((link) => link.includes('/reset/'));
    await waitFor('the link for a new password', () => resets().length === 1);
    const fresh = 'a lantern by the harbour';
    await reader.submit(await reader.open(resets()[0] ?? ''), { password: fresh });
    const page = await signIn(stage, reader, fresh);
    t.equal(page.headers.has('location'), !isKept, 'to the application');
    t.equal(page.body.includes('autocomplete="one-time-code"'), isKept, 'the page that asks for a code');
    t.equal((await appsLeft())?.length, isKept ? 1 : 0);
  });

t.test('"This wasn’t me" removes a passkey that took the place of an older one', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;
  const { accounts, passkeys } = server.app.services;
  await addPasskey(server, 'grace');
  const [older] = await passkeys.list(stage.account);
  server.clock.advance(8 * 86_400);
  const account = await accounts.setPassword(stage.account, 'a lantern by the harbour');
  const [notMe = ''] = linksIn(await smtp.next(address), server.issuer);
  server.clock.advance(60);
  await addPasskey(server, 'grace');
  await passkeys.remove(account, older?.id ?? '', { otherWay: [] });
  t.equal((await passkeys.list(stage.account)).length, 1);
  const reader = new Browser();
  await reader.submit(await reader.open(notMe), {});
  t.strictSame(await passkeys.list(stage.account), [], 'because it is enough to sign in');
});

t.test('an account gets few notices, however often its password is used', async (t) => {
  const stage = await open(t);
  for (let n = 0; n < 8; n += 1) await signIn(stage, new Browser());
  await nothingWaits(stage);
  t.equal(stage.smtp.received.length, 5);
});

t.test('passkeys are reported, and "This wasn’t me" removes those that were added since', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;
  const { passkeys } = server.app.services;
  const kept = await addPasskey(server, 'grace');
  server.clock.advance(3600);
  const attacker = new Browser({ 'user-agent': 'Mozilla/5.0 (Windows NT 10.0) Firefox/150.0' });
  const list = `${server.issuer}/account/passkeys`;
  const signInByPasskey = async (browser: Browser, path: string): Promise<Page> => {
    const login = await browser.open(path);
    return sendPasskey(browser, login, kept.get(passkeyFormOf(login.body).options));
  };
  const add = await signInByPasskey(attacker, `${list}/add`);
  await smtp.next(address);
  const planted = new SoftwareAuthenticator({ origin: new URL(server.issuer).origin });
  await sendPasskey(attacker, add, planted.create(passkeyFormOf(add.body).options));
  const mail = await smtp.next(address);
  t.match(parseMail(mail).text, 'A passkey was added to your account.');
  t.match(parseMail(mail).text, 'Firefox on Windows');
  t.equal((await passkeys.list(stage.account)).length, 2);

  const owner = new Browser();
  const [link = ''] = linksIn(mail, server.issuer);
  const page = await owner.open(link);
  t.match(
    page.body,
    /Passkeys, authenticator apps, recovery codes and linked accounts that were added since are removed\. An authenticator app that replaced an earlier one stays\./,
  );
  await owner.submit(page, {});
  const left = await passkeys.list(stage.account);
  t.strictSame(
    left.map(({ credentialId }) => credentialId),
    [kept.credentialId],
  );

  await server.app.services.accounts.setPassword(stage.account, 'a lantern by the harbour');
  const again = await signInByPasskey(owner, `${list}/${left[0]?.id}/remove`);
  await owner.submit(again, {});
  await waitFor(
    'the message about the removal',
    () => withSubject(stage, /^Passkey .* removed$/).length === 1,
  );
});
