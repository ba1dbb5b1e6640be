import t, { type Test } from 'tap';
import { sendForm } from '../console/console-server.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  type TestServer,
} from '../support/setup/index.ts';
import { linksIn, type SmtpServer } from '../support/smtp-server.ts';
import { startWithMail } from '../support/start-with-mail.ts';

const newPassword = 'a lantern by the harbour';
const address = 'grace@example.com';

/** A browser that goes from one network to another. */
class MobileBrowser extends Browser {
  from = '198.51.100.7';

  override request(url: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    headers.set('x-forwarded-for', this.from);
    return super.request(url, { ...init, headers });
  }
}

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
}

const signIn = async ({ issuer }: TestServer, browser: Browser, typed: string): Promise<Page> => {
  const url = new RelyingParty(issuer).authorizationUrl(newVerifier(), { prompt: 'login' });
  return browser.submit(await browser.open(url), { login: 'grace', password: typed });
};

/** Strangers use up all turns of the account. */
const attack = async (server: TestServer): Promise<void> => {
  for (let n = 0; n < 8; n += 1)
    await signIn(server, new Browser({ 'x-forwarded-for': `203.0.113.${n}` }), 'wrong');
};

const open = async (t: Test): Promise<Stage> => {
  const stage = await startWithMail(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: { password: { memory_kib: 8192, passes: 1 } },
  });
  const claims = { email: address, email_verified: true };
  await stage.server.addAccount({ username: 'grace', password, claims });
  return stage;
};

/** The browser of an owner who has signed in, and is in another network now. */
const moveOwner = async (t: Test, server: TestServer): Promise<MobileBrowser> => {
  const browser = new MobileBrowser();
  t.equal((await signIn(server, browser, password)).status, 303);
  browser.from = '192.0.2.44';
  return browser;
};

/** The link in the next message to the address. */
const nextLink = async ({ server, smtp }: Stage, to: string, path: string): Promise<string> => {
  for (;;) {
    const [link = ''] = linksIn(await smtp.next(to), server.issuer);
    if (link.startsWith(`${server.issuer}${path}/`)) return link;
  }
};

t.test('the account pages ask strangers to wait, and not a known device', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const { issuer } = server;
  const owner = await moveOwner(t, server);
  await attack(server);

  const passwordPage = `${issuer}/account/password`;
  const typed = { current: 'wrong', password: newPassword };
  t.equal((await sendForm(owner, passwordPage, typed)).status, 422, 'a wrong password');
  const email = { email: 'grace@new.example', password };
  t.match((await sendForm(owner, `${issuer}/account/email`, email)).headers.get('location'), 'sent=yes');
  const link = await nextLink(stage, 'grace@new.example', '/account/email');

  const confirm = async (browser: Browser) => browser.submit(await browser.open(link), { password });
  const stranger = new MobileBrowser();
  stranger.from = '192.0.2.45';
  t.equal((await confirm(stranger)).status, 429);
  const signedOut = new MobileBrowser();
  signedOut.from = '192.0.2.46';
  for (const [key, { value, path }] of owner.cookies)
    if (key.startsWith('postern_device')) signedOut.setCookie(key.split(';')[0] ?? '', value, path);
  t.equal((await confirm(signedOut)).status, 200);

  const form = { current: password, password: newPassword };
  t.equal((await sendForm(owner, passwordPage, form)).status, 303);
});

t.test(
  'a right password on the account pages of a known device leaves the failures of strangers',
  async (t) => {
    const { server } = await open(t);
    const owner = await moveOwner(t, server);
    await attack(server);
    const form = { current: password, password: 'short' };
    t.equal((await sendForm(owner, `${server.issuer}/account/password`, form)).status, 422);
    const stranger = new Browser({ 'x-forwarded-for': '203.0.113.99' });
    t.equal((await signIn(server, stranger, password)).status, 429);
  },
);

t.test('the browser in which the owner sets a new password is known by it', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  const { issuer } = server;
  const owner = await moveOwner(t, server);
  await attack(server);
  const form = { current: password, password: newPassword };
  t.equal((await sendForm(owner, `${issuer}/account/password`, form)).status, 303);
  t.equal((await signIn(server, owner, newPassword)).status, 303, 'after a change');

  const reader = new MobileBrowser();
  reader.from = '192.0.2.50';
  await reader.request(`${issuer}/account/forgot`, {
    method: 'POST',
    body: new URLSearchParams({ login: 'grace' }),
    headers: { origin: issuer },
  });
  const link = await nextLink(stage, address, '/account/reset');
  t.equal((await reader.submit(await reader.open(link), { password: 'short' })).status, 422);
  await attack(server);
  t.equal((await signIn(server, reader, newPassword)).status, 429, 'a link alone makes nothing known');
  t.equal((await reader.submit(await reader.open(link), { password: 'an anchor in the bay' })).status, 200);
  t.equal((await signIn(server, reader, 'an anchor in the bay')).status, 303, 'after a link by mail');
  t.equal((await signIn(server, owner, 'an anchor in the bay')).status, 429, 'the former browser');
});

t.test('the browser in which a required password is set is known by it', async (t) => {
  const { server } = await open(t);
  const { accounts } = server.app.services;
  const { id = '' } = (await accounts.findByUsername('grace')) ?? {};
  const temporary = await accounts.resetPassword(id, { isTemporary: true });
  const owner = new MobileBrowser();
  const page = await signIn(server, owner, temporary);
  t.equal(page.status, 200);
  t.ok(formOf(page.body).hidden);
  t.equal((await owner.submit(page, { password: newPassword })).status, 303);
  owner.from = '192.0.2.44';
  await attack(server);
  t.equal((await signIn(server, owner, newPassword)).status, 303);
});
