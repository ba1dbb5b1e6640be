import t, { type Test } from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  password,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';

const open = async (t: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const fake = await startFakeUpstream(t);
  const upstreams = [settingsOf(fake, { create: false, trust_email: true, ...more })];
  const server = await startInProcess(t, { ...usualConfig, upstreams });
  const claims = { email: 'grace@acme.example', email_verified: true };
  const victim = await server.addAccount({ username: 'grace', password, claims });
  const linked = async (subject: string) =>
    (await server.app.services.upstreamLinks.find('acme', subject))?.link.account;
  return { fake, server, victim, linked };
};

t.test('CVE-2026-14781: an address and its verification come from one source', async (t) => {
  const { fake, server, linked } = await open(t, { link: 'verified_email' });
  fake.person = { sub: 'evil', email: 'grace@acme.example' };
  fake.misbehaviour = {
    idToken: ({ email: _, ...claims }) => ({ ...claims, email_verified: true }),
    userinfo: (claims) => ({ ...claims, email: 'grace@acme.example' }),
  };
  t.match((await signInBy(server.issuer, 'acme')).body, 'upstream-link', 'the person has to sign in');
  t.equal(await linked('evil'), undefined);
});

t.test('CVE-2026-97175: an address that the upstream has not verified links nothing', async (t) => {
  const { fake, server, linked } = await open(t, { link: 'verified_email' });
  for (const claim of [false, 'true', 1, undefined]) {
    fake.person = { sub: 'evil', email: 'grace@acme.example', email_verified: claim };
    t.match((await signInBy(server.issuer, 'acme')).body, 'upstream-link', String(claim));
  }
  t.equal(await linked('evil'), undefined);
});

t.test('CVE-2026-53516, GHSA-vm39: an account that only claims an address waits for no owner', async (t) => {
  const { fake, server, linked } = await open(t, { link: 'verified_email', create: true });
  const claims = { email: 'owner@acme.example', email_verified: false };
  const trap = await server.addAccount({ username: 'trap', password, claims });
  fake.person = { sub: 'owner', email: 'owner@acme.example', email_verified: true };
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  t.not(await linked('owner'), trap.id);
});

t.test('CVE-2019-19844: another spelling of an address is not the address', async (t) => {
  const { fake, server, linked } = await open(t, { link: 'verified_email', create: true });
  // Full-width letters and a full-width stop, which are folded where names are compared.
  for (const [n, email] of ['ｇrace@acme.example', 'grace@acme．example', 'grace@ａcme.example'].entries()) {
    fake.person = { sub: `evil-${n}`, email, email_verified: true };
    const page = await signInBy(server.issuer, 'acme');
    t.notMatch(page.headers.get('location') ?? '', 'code=', email);
    t.equal(await linked(`evil-${n}`), undefined, email);
  }
});

t.test('CVE-2026-9087, CVE-2026-82968: a proof links the person that it was given for', async (t) => {
  const { fake, server, victim, linked } = await open(t);
  fake.person = { sub: 'first' };
  const browser = new Browser();
  const login = await browser.submit(await signInBy(server.issuer, 'acme', { browser }), { link: 'yes' });
  // Another person of the same upstream comes back in the middle.
  fake.person = { sub: 'second' };
  const again = await browser.open(await visitUpstream(browser, login, 'acme'));
  const second = await browser.submit(again, { link: 'yes' });
  const confirm = await browser.submit(second, { login: 'grace', password });
  t.match(confirm.body, 'second', 'the page names whom it links');
  await browser.submit(confirm, { connect: 'yes' });
  t.strictSame([await linked('first'), await linked('second')], [undefined, victim.id]);
});

t.test('CVE-2026-120263: no field of a form names the account', async (t) => {
  const { fake, server, victim, linked } = await open(t);
  await server.addAccount({ username: 'mallory', password });
  fake.person = { sub: 'evil' };
  const browser = new Browser();
  const asked = await signInBy(server.issuer, 'acme', { browser });
  const names = {
    account: victim.id,
    accountId: victim.id,
    login: 'grace',
    username: 'grace',
    sub: victim.id,
  };
  const login = await browser.submit(asked, { ...names, link: 'yes' });
  const confirm = await browser.submit(login, { ...names, login: 'mallory', password });
  await browser.submit(confirm, { ...names, connect: 'yes' });
  t.not(await linked('evil'), victim.id);
  t.ok(await linked('evil'));
});

t.test('CVE-2026-105207: a session that is there is not enough to link', async (t) => {
  const { fake, server, linked } = await open(t);
  const browser = new Browser();
  const first = await openLogin(server.issuer, { browser });
  redirectParameters(await browser.submit(first, { login: 'grace', password }));
  fake.person = { sub: 'evil' };
  const page = await openLogin(server.issuer, { browser, parameters: { prompt: 'login' } });
  const asked = await browser.open(await visitUpstream(browser, page, 'acme'));
  const login = await browser.submit(asked, { link: 'yes' });
  t.match(login.body, 'login-submit', 'the owner has to sign in again');
  t.match(await browser.submit(login, { connect: 'yes' }), { status: 422 });
  t.equal(await linked('evil'), undefined);
});

t.test('CVE-2025-64717: an upstream that was removed signs no one in', async (t) => {
  const fake = await startFakeUpstream(t);
  const settings = {
    ...usualConfig,
    listen: { port: await freePort() },
    store: { url: `sqlite:${t.testdir({})}/store.db` },
    security: { key_encryption_key: Buffer.alloc(32, 7).toString('base64url') },
  };
  const before = await startInProcess(t, {
    ...settings,
    upstreams: [settingsOf(fake, { create: true, link: 'never' })],
  });
  fake.person = { sub: 'u1' };
  redirectParameters(await signInBy(before.issuer, 'acme'));
  const browser = new Browser();
  const page = await openLogin(before.issuer, { browser });
  const callback = await visitUpstream(browser, page, 'acme');
  const arrived = new URL(locationOf(await browser.request(callback)), callback).href;
  await before.stop();
  await startInProcess(t, { ...settings, upstreams: [settingsOf(fake, { id: 'other', create: true })] });
  t.equal((await browser.request(callback)).status, 400);
  t.equal((await browser.open(arrived)).status, 400, 'not even one that has answered already');
  t.notMatch((await browser.open(page.url)).body, 'with=acme');
});

t.test('a password that someone else has set before doesn’t open what an upstream created', async (t) => {
  const { fake, server } = await open(t, { create: true });
  fake.person = {
    sub: 'u1',
    preferred_username: 'newcomer',
    email: 'new@acme.example',
    email_verified: true,
  };
  redirectParameters(await signInBy(server.issuer, 'acme'));
  t.equal(await server.app.services.accounts.authenticate('newcomer', ''), undefined);
  t.equal(await server.app.services.accounts.authenticate('newcomer', password), undefined);
});
