import t, { type Test } from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { addPasskey } from '../support/passkeys.ts';
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
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { waitFor } from '../support/wait-for.ts';

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
  readonly browser: Browser;
  readonly account: string;
}

const open = async (t: Test, verified = true, { username = 'grace', ...more } = {}): Promise<Stage> => {
  const { server, smtp } = await startWithMail(t, {
    ...more,
  });
  const claims = { email: 'old@example.com', email_verified: verified };
  const { id } = await server.addAccount({ username, password, claims });
  const browser = await signedInBrowser(server, username);
  return { server, smtp, browser, account: id };
};

const form = ({ server, browser }: Stage): Promise<Page> => browser.open(`${server.issuer}/account/email`);

const emailOf = async ({ server, account }: Stage) => {
  const { email, email_verified: verified } =
    (await server.app.services.accounts.find(account))?.claims ?? {};
  return { email, verified };
};

const linkTo = async ({ server, smtp }: Stage, to: string): Promise<string> => {
  const [link = ''] = linksIn(await smtp.next(to), server.issuer);
  return link;
};

t.test('without a session, a form of the session or the password nothing is sent', async (t) => {
  const stage = await open(t);
  const { server, smtp, browser } = stage;
  const stranger = await new Browser().request(`${server.issuer}/account/email`);
  t.match(
    stranger.headers.get('location'),
    '/oauth/authorize?',
    'a person who is not signed in signs in first',
  );
  const page = await form(stage);
  for (const forged of ['', 'x'.repeat(43)])
    t.equal((await browser.submit(page, { csrf: forged, email: 'new@example.com', password })).status, 403);
  for (const email of [
    '',
    'new',
    'ｎew@example.com',
    'a@b.example, c@d.example',
    'new@example.com\r\nBcc: evil@example.com',
  ])
    t.equal((await browser.submit(page, { email, password })).status, 422);
  t.equal((await browser.submit(page, { email: 'new@example.com', password: '' })).status, 422);
  const wrong = await browser.submit(page, { email: 'new@example.com', password: 'wrong' });
  t.equal(wrong.status, 422);
  t.match(wrong.body, 'value="new@example.com"');
  const statuses: number[] = [];
  for (let n = 0; n < 8; n += 1)
    statuses.push((await browser.submit(page, { email: 'new@example.com', password: 'wrong' })).status);
  t.ok(statuses.includes(429), 'guesses are limited like those at the sign-in');
  t.equal(smtp.received.length, 0);
});

t.test('it takes a recent sign-in, as strong as the account', async (t) => {
  const stage = await open(t);
  const { server, smtp, account: id } = stage;
  const { accounts, factors } = server.app.services;
  const inSession = async (how: Parameters<typeof server.signIn>[1], username = 'grace') => {
    const browser = await signedInBrowser(server, username, { how });
    return browser.request(`${server.issuer}/account/email`);
  };
  t.equal((await inSession({})).status, 200);
  t.equal((await inSession({ ago: 301 })).status, 303, 'a session that was left open');

  const account = await accounts.find(id);
  if (!account) throw new Error('there is no account');
  const { pending, secret } = factors.begin(account, 'test');
  await factors.enrol(account, { place: 'test', pending, code: codeAt(secret, server.clock.now()) });
  server.clock.advance(1);
  t.equal((await inSession({})).status, 303, 'a session by the password alone');
  t.equal((await inSession({ amr: ['pwd', 'otp', 'mfa'] })).status, 200);

  const claims = { email: 'ada.new@example.com', email_verified: true };
  await server.addAccount({ username: 'keyholder', claims });
  const browser = await signedInBrowser(server, 'keyholder');
  const page = await browser.open(`${server.issuer}/account/email`);
  t.notMatch(page.body, 'type="password"', 'an account without a password has none to type');
  await browser.submit(page, { email: 'key@example.com' });
  t.ok(await smtp.next('key@example.com'));
});

t.test('the link of another person’s account needs its password, so it confirms nothing', async (t) => {
  const stage = await open(t);
  const { server, smtp, browser } = stage;
  const claims = { email: 'her@example.com', email_verified: false };
  await server.addAccount({ username: 'victim', password: 'a lantern by the harbour', claims });
  await browser.submit(await form(stage), { email: 'her@example.com', password });
  const link = await linkTo(stage, 'her@example.com');
  const victim = await signedInBrowser(server, 'victim');
  for (const reader of [new Browser(), victim]) {
    const page = await reader.open(link);
    t.match(page.body, /<strong[^>]*>grace</, 'the page names the account');
    t.equal((await reader.submit(page, {})).status, 422);
    t.equal((await reader.submit(page, { password: 'a lantern by the harbour' })).status, 422);
  }
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });
  const elsewhere = new Browser();
  const statuses: number[] = [];
  for (let n = 0; n < 8; n += 1)
    statuses.push((await elsewhere.submit(await elsewhere.open(link), { password: 'wrong' })).status);
  t.ok(statuses.includes(429), 'guesses are limited like those at the sign-in');
  server.clock.advance(3600);
  const done = await elsewhere.submit(await elsewhere.open(link), { password });
  t.equal(done.url, `${server.issuer}/account/email/confirmed`, 'its owner confirms it in any browser');
  t.ok(await smtp.next('old@example.com'));
});

t.test('the address changes when its owner confirms it, and the former one gets a notice', async (t) => {
  const stage = await open(t);
  const { server, smtp, browser } = stage;
  const sent = await browser.submit(await form(stage), { email: 'new@example.com', password });
  t.equal(sent.status, 200);
  t.match(sent.body, 'role="status"');
  const mail = await smtp.next('new@example.com');
  for (const part of [parseMail(mail).text, parseMail(mail).html]) t.notMatch(part, /grace|old@/);
  const [link = ''] = linksIn(mail, server.issuer);
  for (const method of ['HEAD', 'GET']) await fetch(link, { method, headers: { accept: '*/*' } });
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });

  const post = () => browser.request(link, { method: 'POST', headers: { origin: server.issuer } });
  const statuses = (await Promise.all(Array.from({ length: 4 }, post))).map(({ status }) => status);
  t.strictSame(statuses, [303, 303, 303, 303], 'a form that is sent twice ends where the first one did');
  server.clock.advance(61);
  t.equal((await post()).status, 410);
  t.strictSame(await emailOf(stage), { email: 'new@example.com', verified: true });
  t.match(parseMail(await smtp.next('old@example.com')).text, 'email address of your account was changed');
  t.equal((await server.app.services.accounts.findByEmail('new@example.com'))?.username, 'grace');
  t.equal(await server.app.services.accounts.findByEmail('old@example.com'), undefined);
});

t.test('an address that was never verified is confirmed on the same page', async (t) => {
  const stage = await open(t, false);
  const page = await form(stage);
  t.match(page.body, 'value="old@example.com"');
  await stage.browser.submit(page, { email: 'old@example.com', password });
  const reader = new Browser();
  const confirmation = await reader.open(await linkTo(stage, 'old@example.com'));
  const done = await reader.submit(confirmation, { password });
  t.equal(done.url, `${stage.server.issuer}/account/email/confirmed`);
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });
  t.equal(stage.smtp.received.length, 1, 'there is no former address to tell');
});

t.test('an address of another account is answered the same, and gets no message', async (t) => {
  const stage = await open(t);
  const { server, smtp, browser } = stage;
  const claims = { email: 'taken@example.com', email_verified: true };
  await server.addAccount({ username: 'owner', password, claims });
  const answers = [];
  for (const email of ['Taken@example.com', 'free@example.com']) {
    const { status, body } = await browser.submit(await form(stage), { email, password });
    answers.push({ status, body: body.replaceAll(/<code>[^<]*<\/code>/g, '') });
  }
  t.strictSame(answers[0], answers[1]);
  const link = await linkTo(stage, 'free@example.com');
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 1);
  await server.addAccount({
    username: 'quicker',
    password,
    claims: { email: 'free@example.com', email_verified: true },
  });
  t.equal((await browser.request(link)).status, 410, 'another account has verified it meanwhile');
});

t.test('a link that was asked for before the password changed is void', async (t) => {
  const stage = await open(t);
  await stage.browser.submit(await form(stage), { email: 'new@example.com', password });
  const link = await linkTo(stage, 'new@example.com');
  await stage.server.app.services.accounts.setPassword(stage.account, 'a lantern by the harbour');
  t.equal((await new Browser().request(link)).status, 410);
});

t.test('a link that was asked for before the owner ended the other sessions is void', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const thief = await signedInBrowser(server, 'grace');
  await thief.submit(await form({ ...stage, browser: thief }), { email: 'thief@example.com', password });
  const link = await linkTo(stage, 'thief@example.com');
  server.clock.advance(60);
  const page = await stage.browser.open(`${server.issuer}/account/sessions/others`);
  await stage.browser.submit(page, {});
  const reader = new Browser();
  t.equal((await reader.request(link)).status, 410);
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });

  await t.test('the owner can change the address afterwards', async (t) => {
    await stage.browser.submit(await form(stage), { email: 'new@example.com', password });
    const own = await linkTo(stage, 'new@example.com');
    t.equal((await reader.submit(await reader.open(own), { password })).status, 200);
  });
});

t.test('where addresses are names to sign in by, the new one belongs to this account alone', async (t) => {
  const signIn = { sign_in: { identifiers: ['username', 'email'] }, username: 'old@example.com' };
  const stage = await open(t, true, signIn);
  const { server, browser } = stage;
  const { accounts } = server.app.services;
  await browser.submit(await form(stage), { email: 'new@example.com', password });
  const reader = new Browser();
  const link = await linkTo(stage, 'new@example.com');
  t.equal((await reader.submit(await reader.open(link), { password })).status, 200);
  t.equal((await accounts.findByUsername('new@example.com'))?.id, stage.account);
  t.equal((await accounts.find(stage.account))?.username, 'new@example.com', 'the user name follows');
  t.equal(await accounts.findByUsername('old@example.com'), undefined);
});

t.test('an address of two alphabets, as at an internationalized domain, becomes the name too', async (t) => {
  const signIn = { sign_in: { identifiers: ['username', 'email'] }, username: 'old@example.com' };
  const stage = await open(t, true, signIn);
  const { server, smtp, browser, account } = stage;
  const { accounts } = server.app.services;
  await browser.submit(await form(stage), { email: 'josé@пример.рф', password });
  await waitForEmptyOutbox(server);
  const link = smtp.received.flatMap((mail) => linksIn(mail, server.issuer))[0] ?? '';
  const reader = new Browser();
  t.equal((await reader.submit(await reader.open(link), { password })).status, 200);
  t.equal((await accounts.find(account))?.username, 'josé@пример.рф');
  t.equal((await accounts.findByUsername('JOSÉ@пример.рф'))?.id, account);

  await t.test('one that could be taken for another is refused before a message is sent', async (t) => {
    for (const email of ['pаypal@example.com', 'оса@рое.хор']) {
      const refused = await browser.submit(await form(stage), { email, password });
      t.equal(refused.status, 422, email);
      t.match(refused.body, 'Enter an email address like name@example.com');
    }
  });
  await t.test('an operator gives such a name with the verified address only', async (t) => {
    const name = 'анна@example.com';
    const claims = { email: name, email_verified: true };
    await t.rejects(accounts.add({ username: name, password }), { code: 'username_invalid' });
    t.match(await accounts.add({ username: name, password, claims }), { username: name });
    const other = { email: 'иван@example.com', email_verified: true };
    const { id } = await accounts.add({ username: 'ivan', password, claims: other });
    t.match(await accounts.update(id, { username: other.email }), { username: other.email });
  });
});

t.test('a link that was asked for before "This wasn’t me" is void', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;
  server.clock.advance(2 * 3600);
  const thief = new Browser();
  const request = new RelyingParty(server.issuer).authorizationUrl(newVerifier());
  await thief.submit(await thief.open(request), { login: 'grace', password });
  const [notMe = ''] = linksIn(await smtp.next('old@example.com'), server.issuer);
  await thief.submit(await form({ ...stage, browser: thief }), { email: 'thief@example.com', password });
  const link = await linkTo(stage, 'thief@example.com');

  const owner = new Browser();
  await owner.submit(await owner.open(notMe), {});
  const options = { method: 'POST', headers: { origin: server.issuer }, redirect: 'manual' } as const;
  t.equal((await fetch(link, options)).status, 410);
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });
  const reset = await owner.open(await linkTo(stage, 'old@example.com'));
  t.match(reset.body, 'autocomplete="new-password"', 'the way back still leads to the owner');
});

t.test('a message that waits gets no link after the password changed', async (t) => {
  const stage = await open(t);
  const { server, smtp, browser, account } = stage;
  const claims = { email: 'slow@example.com', email_verified: true };
  await server.addAccount({ username: 'slow', password, claims });
  smtp.mode = 'stall';
  const other = new Browser();
  await other.submit(await other.open(`${server.issuer}/account/forgot`), { login: 'slow' });
  await waitFor('a message that stands in front', () => smtp.connections() > 0);
  await browser.submit(await form(stage), { email: 'thief@example.com', password });
  await server.app.services.accounts.setPassword(account, 'a lantern by the harbour');
  smtp.mode = 'accept';
  smtp.drop();
  await waitFor('the message about the new password', () =>
    smtp.received.some(({ to }) => to.includes('old@example.com')),
  );
  t.notOk(smtp.received.some(({ to }) => to.includes('thief@example.com')));
});

t.test('the owner of a former address takes the account back, and nobody takes it away again', async (t) => {
  const stage = await open(t);
  const { server, smtp, account } = stage;
  const change = async (email: string) => {
    await stage.browser.submit(await form(stage), { email, password });
    const link = await linkTo(stage, email);
    await stage.browser.submit(await stage.browser.open(link), {});
    server.clock.advance(60);
  };
  await change('thief@example.com');
  const [ofOwner = ''] = linksIn(await smtp.next('old@example.com'), server.issuer);
  await change('second@example.com');
  const notice = await smtp.next('thief@example.com');
  t.match(parseMail(notice).text, 'email address of your account was changed');
  t.strictSame(linksIn(notice, server.issuer), [], 'the address of the thief can’t come back');

  const owner = new Browser();
  const page = await owner.open(ofOwner);
  t.match(page.body, 'old@example.com');
  for (const method of ['HEAD', 'GET']) await fetch(ofOwner, { method, headers: { accept: '*/*' } });
  t.equal((await emailOf(stage)).email, 'second@example.com', 'opening it changes nothing');
  await Promise.all(Array.from({ length: 3 }, () => owner.submit(page, {})));
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });
  const { accounts } = server.app.services;
  t.equal(await accounts.authenticate('grace', password), undefined, 'the password no longer works');
  t.equal((await accounts.findByEmail('OLD@example.com'))?.id, account);
  t.equal((await stage.browser.request(`${server.issuer}/account/email`)).status, 303, 'all is ended');
  const reset = await linkTo(stage, 'old@example.com');
  t.match(reset, '/account/reset/');
});

t.test('notices at an address that the account has left lead nowhere', async (t) => {
  const stage = await open(t);
  const { server, smtp, account } = stage;
  const { accounts, factors } = server.app.services;
  const notMeIn = async (to: string): Promise<string> => {
    const [link = ''] = linksIn(await smtp.next(to), server.issuer);
    t.match(link, '/account/not-me/');
    return link;
  };
  await accounts.setPassword(account, 'the password of the owner');
  const older = await notMeIn('old@example.com');
  await accounts.setPassword(account, password);
  await notMeIn('old@example.com');
  for (const { name, value } of (await server.signIn('grace')).cookies) stage.browser.setCookie(name, value);
  await stage.browser.submit(await form(stage), { email: 'thief@example.com', password });
  await stage.browser.submit(await stage.browser.open(await linkTo(stage, 'thief@example.com')), {});
  const ofOwner = await notMeIn('old@example.com');
  server.clock.advance(60);
  await accounts.setPassword(account, 'the password of the thief');
  const ofThief = await notMeIn('thief@example.com');

  const owner = new Browser();
  t.equal((await owner.request(older)).status, 410, 'its link for a new password would go to the thief');
  await owner.submit(await owner.open(ofOwner), {});
  await owner.submit(await owner.open(await linkTo(stage, 'old@example.com')), {
    password: 'mine once more',
  });
  const recovered = await accounts.find(account);
  if (!recovered) throw new Error('no account');
  const { pending, secret } = factors.begin(recovered, 'test');
  await factors.enrol(recovered, { place: 'test', pending, code: codeAt(secret, server.clock.now()) });

  const thief = new Browser();
  t.equal((await thief.request(ofThief)).status, 410);
  const options = { method: 'POST', headers: { origin: server.issuer }, redirect: 'manual' } as const;
  t.equal((await fetch(ofThief, options)).status, 410);
  const after = await accounts.find(account);
  t.equal(after?.hasPassword, true, 'the password of the owner stays');
  t.equal(after && (await factors.of(after)).authenticators.length, 1, 'and so does the app');
});

t.test('an address that another account has meanwhile doesn’t come back', async (t) => {
  const stage = await open(t);
  const { server, smtp } = stage;
  await stage.browser.submit(await form(stage), { email: 'new@example.com', password });
  await stage.browser.submit(await stage.browser.open(await linkTo(stage, 'new@example.com')), {});
  const [notMe = ''] = linksIn(await smtp.next('old@example.com'), server.issuer);
  const claims = { email: 'old@example.com', email_verified: true };
  await server.addAccount({ username: 'heir', password, claims });
  t.equal((await new Browser().request(notMe)).status, 410);
  t.equal((await emailOf(stage)).email, 'new@example.com');
});

t.test('a person without a password signs in and opens the link again', async (t) => {
  const stage = await open(t);
  const { server, account, browser } = stage;
  const { accounts } = server.app.services;
  await addPasskey(server, 'grace');
  await accounts.removePassword(account);
  server.clock.advance(1);
  for (const { name, value } of (await server.signIn('grace', { amr: ['swk', 'user', 'mfa'] })).cookies)
    browser.setCookie(name, value);
  const sent = await browser.submit(await form(stage), { email: 'new@example.com' });
  t.match(sent.url, 'sent=yes');
  const link = await linkTo(stage, 'new@example.com');
  const elsewhere = new Browser();
  const page = await elsewhere.open(link);
  t.equal(page.status, 401);
  t.match(page.body, 'open the link again');
  t.match(page.body, 'href="/account/sign-in?to=%2Faccount%2Femail"', 'the sign-in gets no token');
  for (const typed of ['', password]) {
    const refused = await elsewhere.request(link, {
      method: 'POST',
      body: new URLSearchParams({ password: typed }),
      headers: { origin: server.issuer },
    });
    t.equal(refused.status, 401);
  }
  t.strictSame(await emailOf(stage), { email: 'old@example.com', verified: true });
  await browser.submit(await browser.open(link), {});
  t.strictSame(await emailOf(stage), { email: 'new@example.com', verified: true });
});
