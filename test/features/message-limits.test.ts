/** One network gets half of the messages that strangers can ask for, so the owner in another network gets one. */
import t, { type Test } from 'tap';
import { sendForm } from '../console/console-server.ts';
import { setUpApp } from '../support/authenticator.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  signedInBrowser,
  type TestServer,
} from '../support/setup/index.ts';
import type { SmtpServer } from '../support/smtp-server.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';
import { documentsOf } from '../support/stored-entries.ts';

const address = 'grace@example.com';
const inNetwork = { 'x-forwarded-for': '203.0.113.9' };
const elsewhere = { 'x-forwarded-for': '192.0.2.33' };

interface Stage {
  readonly server: TestServer;
  readonly smtp: SmtpServer;
}

const open = (t: Test, more: Readonly<Record<string, unknown>> = {}): Promise<Stage> =>
  startWithMail(t, {
    proxy: { trusted: ['127.0.0.1'] },
    security: { password: { memory_kib: 8192, passes: 1 } },
    ...more,
  });

const addGrace = (server: TestServer) =>
  server.addAccount({ username: 'grace', password, claims: { email: address, email_verified: true } });

/** Asks for five messages in one network, and for one in another. */
const assertHalf = async (
  t: Test,
  { server, smtp }: Stage,
  ask: (headers: Record<string, string>, at: number) => Promise<unknown>,
): Promise<void> => {
  const sent = async (): Promise<number> => {
    await waitForEmptyOutbox(server);
    return smtp.received.length;
  };
  for (let at = 0; at < 5; at += 1) await ask(inNetwork, at);
  t.equal(await sent(), 3, 'one network gets half of five');
  await ask(elsewhere, 5);
  t.equal(await sent(), 4, 'another network');
};

const linksStored = async ({ store }: TestServer): Promise<number> =>
  (await documentsOf(store)).filter(({ key }) => key.kind === 'one-time-link').length;

const nameAt = (at: number): string => (at % 2 === 0 ? 'grace' : address);

for (const identifiers of [['username'], ['username', 'email']]) {
  const way = `with sign-in by ${identifiers.join(' and ')}`;

  t.test(`links for a new password, asked for by two names, ${way}`, async (t) => {
    const stage = await open(t, { sign_in: { identifiers } });
    const { server } = stage;
    await addGrace(server);
    await assertHalf(t, stage, (headers, at) =>
      new Browser(headers).request(`${server.issuer}/account/forgot`, {
        method: 'POST',
        body: new URLSearchParams({ login: nameAt(at) }),
        headers: { origin: server.issuer },
      }),
    );
  });

  t.test(`codes to sign in by, asked for by two names, ${way}`, async (t) => {
    const stage = await open(t, { sign_in: { identifiers, email_code: true } });
    const { server } = stage;
    await addGrace(server);
    const client = new RelyingParty(server.issuer);
    await assertHalf(t, stage, async (headers, at) => {
      const browser = new Browser(headers);
      const { url } = await browser.open(client.authorizationUrl(newVerifier()));
      await browser.submit(await browser.open(`${url}?code=yes`), { login: nameAt(at) });
    });
  });
}

t.test('codes to sign up by', async (t) => {
  const stage = await open(t, { pages: { create_account: true }, sign_up: { verify_email: true } });
  const { server } = stage;
  const client = new RelyingParty(server.issuer);
  await assertHalf(t, stage, async (headers, at) => {
    const browser = new Browser(headers);
    const form = await browser.open(client.authorizationUrl(newVerifier(), { prompt: 'create' }));
    await browser.submit(form, { login: `person-${at}`, name: '', email: address, password });
  });
});

t.test('messages that confirm an address, asked for by several accounts', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  for (let at = 0; at < 6; at += 1) await server.addAccount({ username: `person-${at}`, password });
  await assertHalf(t, stage, async (headers, at) => {
    const browser = await signedInBrowser(server, `person-${at}`, { headers });
    await sendForm(browser, `${server.issuer}/account/email`, { email: address, password });
  });
});

t.test('messages that confirm the addresses of one account', async (t) => {
  const stage = await open(t);
  const { server } = stage;
  await server.addAccount({ username: 'linus', password });
  await assertHalf(t, stage, async (headers, at) => {
    const browser = await signedInBrowser(server, 'linus', { headers });
    const email = `linus-${at}@example.com`;
    await sendForm(browser, `${server.issuer}/account/email`, { email, password });
  });
});

t.test('an account may send as much whether or not the addresses have an account', async (t) => {
  const sent = [];
  for (const asked of [address, 'free@example.com']) {
    const stage = await open(t);
    const { server, smtp } = stage;
    await addGrace(server);
    await server.addAccount({ username: 'eve', password });
    const browser = await signedInBrowser(server, 'eve');
    const statuses = [];
    for (const email of [asked, 'eve-1@eve.example', 'eve-2@eve.example', 'eve-3@eve.example']) {
      const { status } = await sendForm(browser, `${server.issuer}/account/email`, { email, password });
      statuses.push(status);
      await waitForEmptyOutbox(server);
    }
    sent.push({ statuses, own: smtp.received.filter(({ to }) => to[0]?.endsWith('eve.example')).length });
  }
  t.strictSame(sent[0], sent[1]);
  t.equal(sent[0]?.own, 2, 'the message to an address of another account counts');
});

t.test('an account stores no messages beyond what it may send', async (t) => {
  const { server, smtp } = await open(t);
  await server.addAccount({ username: 'keyholder' });
  const browser = await signedInBrowser(server, 'keyholder');
  const stored = async (): Promise<number> =>
    (await server.store.list('outbox', 'mail', { limit: 100 })).items.length;
  smtp.mode = 'stall';
  for (let at = 0; at < 8; at += 1)
    await sendForm(browser, `${server.issuer}/account/email`, { email: `x@domain-${at}.example` });
  t.equal(await stored(), 3);
  smtp.mode = 'accept';
  smtp.drop();
});

t.test('one address asks for so many messages that confirm an address in a minute', async (t) => {
  const stage = await open(t, {
    security: {
      password: { memory_kib: 8192, passes: 1 },
      throttle: { mail_request_per_address: 2, mail_per_recipient: 0 },
    },
  });
  const { server, smtp } = stage;
  await server.addAccount({ username: 'eve', password });
  const ask = async (headers: Record<string, string>, email: string): Promise<Page> =>
    sendForm(await signedInBrowser(server, 'eve', { headers }), `${server.issuer}/account/email`, {
      email,
      password,
    });
  for (const at of [1, 2]) t.equal((await ask(inNetwork, `eve-${at}@eve-${at}.example`)).status, 303);
  const refused = await ask(inNetwork, 'eve-3@eve-3.example');
  t.equal(refused.status, 429);
  t.equal(refused.headers.get('retry-after'), '60');
  t.match(refused.body, 'value="eve-3@eve-3.example"', 'what was typed is kept');
  t.equal((await ask(elsewhere, 'eve-4@eve-4.example')).status, 303, 'another address');
  t.match(server.events.filter(({ type }) => type === 'account.address_requested')[2], {
    outcome: 'refused',
    reason: 'throttled',
  });
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length, 3);
});

t.test('notices beyond the limit of an account store no links', async (t) => {
  const { server, smtp } = await open(t);
  await addGrace(server);
  const browser = await signedInBrowser(server, 'grace');
  const account = `${server.issuer}/account/authenticator`;
  await setUpApp(browser, await browser.open(`${account}/add`), server.clock.now());
  await waitForEmptyOutbox(server);
  const before = { mails: smtp.received.length, links: await linksStored(server) };
  for (let at = 0; at < 9; at += 1) t.equal((await sendForm(browser, `${account}/codes`)).status, 200);
  await waitForEmptyOutbox(server);
  t.equal(smtp.received.length - before.mails, 5);
  t.equal((await linksStored(server)) - before.links, 5);
});
