import t, { type Test } from 'tap';
import { Browser, newVerifier, type Page, password, RelyingParty } from '../support/setup/index.ts';
import { parseMail, type ReceivedMail } from '../support/smtp-server.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';

// A text that a person types leads to the same account on every page, whichever user names other people have.

const address = 'grace@example.com';
const claims = { email: address, email_verified: true };
const ownersAddress = '198.51.100.7';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const { server, smtp } = await startWithMail(t, {
    proxy: { trusted: ['127.0.0.1'] },
    sign_in: { email_code: true },
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { mail_request_per_address: 0, mail_per_recipient: 4 },
    },
    ...more,
  });
  const { id } = await server.addAccount({ username: 'grace', password, claims });
  const browserAt = (from: string) => new Browser({ 'x-forwarded-for': from });

  const begin = (browser: Browser): Promise<Page> =>
    browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier(), { prompt: 'login' }));
  const signIn = async (browser: Browser, login: string, typed = password): Promise<Page> =>
    browser.submit(await begin(browser), { login, password: typed });
  /** A browser in which this person has signed in, and which has no session any more. */
  const knownDevice = async (login: string, from = ownersAddress): Promise<Browser> => {
    const before = browserAt(from);
    t.equal((await signIn(before, login)).status, 303);
    const browser = browserAt(from);
    for (const [key, { value, path }] of before.cookies)
      if (key.startsWith('postern_device')) browser.setCookie(key.split(';')[0] ?? '', value, path);
    return browser;
  };
  const askForCode = async (browser: Browser, login: string): Promise<Page> => {
    const page = await browser.open(`${(await begin(browser)).url}?code=yes`);
    const asked = await browser.submit(page, { login });
    await waitForEmptyOutbox(server);
    return asked;
  };
  const askForLink = async (browser: Browser, login: string): Promise<void> => {
    const page = await browser.open(`${server.issuer}/account/forgot`);
    t.equal((await browser.submit(page, { login })).status, 200);
    await waitForEmptyOutbox(server);
  };
  return { server, smtp, id, browserAt, signIn, knownDevice, askForCode, askForLink };
};

const codeIn = (mail: ReceivedMail | undefined): string =>
  /^ {4}(\d{6})\s*$/m.exec(mail ? parseMail(mail).text : '')?.[1] ?? '';

for (const kind of ['askForCode', 'askForLink'] as const) {
  t.test(`${kind}: a known device of another account gets nothing of the owner’s share`, async (t) => {
    const stage = await open(t);
    const { server, smtp, browserAt } = stage;
    await server.addAccount({ username: address, password });
    const device = await stage.knownDevice('grace');
    const stranger = await stage.knownDevice(address, '203.0.113.9');
    for (let n = 0; n < 6; n += 1) await stage[kind](stranger, address);
    t.equal(smtp.received.length, 2, 'one network gets half of what strangers get');
    await stage[kind](browserAt('203.0.113.77'), address);
    await stage[kind](browserAt('203.0.113.78'), address);
    t.equal(smtp.received.length, 4);
    await stage[kind](browserAt('192.0.2.44'), address);
    t.equal(smtp.received.length, 4, 'strangers have used up their share');
    for (const login of [address, 'grace']) await stage[kind](device, login);
    t.equal(smtp.received.length, 6, 'the owner types either name');
    for (const { to } of smtp.received) t.same(to, [address]);
  });
}

t.test('the owner of an address at a known device waits for no stranger who typed it', async (t) => {
  const { smtp, browserAt, knownDevice, signIn, askForCode } = await open(t);
  const device = await knownDevice('grace');
  const statuses: number[] = [];
  for (let n = 0; n < 12; n += 1)
    statuses.push((await signIn(browserAt(`203.0.${n}.7`), address, 'wrong')).status);
  t.ok(statuses.includes(429), statuses.join(' '));

  for (const from of [device, browserAt(ownersAddress)]) {
    const asked = await askForCode(from, address);
    const wrong = await from.submit(asked, { code: '12' });
    t.equal(wrong.status, 422);
    t.equal((await from.submit(wrong, { code: codeIn(smtp.received.at(-1)) })).status, 303);
  }
});

t.test('no wait tells which address belongs to which user name', async (t) => {
  for (const identifiers of [['username'], ['username', 'email']]) {
    const { browserAt, signIn, askForCode } = await open(t, {
      sign_in: { email_code: true, identifiers },
    });
    const answersTo = async (name: string, from: string): Promise<readonly number[]> => {
      const answers: number[] = [];
      for (let n = 0; n < 5; n += 1) answers.push((await signIn(browserAt(from), name, 'wrong')).status);
      answers.push((await signIn(browserAt(from), name, 'wrong')).status);
      answers.push((await signIn(browserAt(from), `${name}@example.com`, 'wrong')).status);
      const browser = browserAt(from);
      const page = await askForCode(browser, `${name}@example.com`);
      answers.push((await browser.submit(page, { code: '000000' })).status);
      return answers;
    };
    const known = await answersTo('grace', '203.0.113.9');
    t.same(known, [422, 422, 422, 422, 422, 429, 422, 422], identifiers.join());
    t.same(await answersTo('henry', '203.0.114.9'), known, identifiers.join());
  }
});

t.test('a person who is signed in confirms it by a code of their own account', async (t) => {
  const { server, smtp, askForCode } = await open(t);
  const claims = { email: 'eve@example.com', email_verified: true };
  await server.addAccount({ username: address, password, claims });
  const browser = new Browser({ 'x-forwarded-for': '203.0.113.9' });
  const login = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.equal((await browser.submit(login, { login: address, password })).status, 303);
  const asked = await askForCode(browser, address);
  t.same(smtp.received.at(-1)?.to, ['eve@example.com']);
  t.equal((await browser.submit(asked, { code: codeIn(smtp.received.at(-1)) })).status, 303);
});
