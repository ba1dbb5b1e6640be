import { readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { followPages } from '../support/follow-pages.ts';
import {
  Browser,
  formOf,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const profile = {
  editable: ['name', 'picture', 'locale', 'zoneinfo', 'birthdate'],
  fields: [
    {
      claim: 'employee_no',
      label: { en: 'Employee number', de: 'Personalnummer' },
      required: true,
      editable: false,
      pattern: '[0-9]{6}',
    },
    { claim: 'team', label: 'Team' },
    { claim: 'desk', label: 'Desk', required: true, pattern: 'D-[0-9]+' },
    { claim: 'badge', label: 'Badge', pattern: '([0-9]+)+#' },
    { claim: 'phone_number', label: 'Phone' },
  ],
};
const server = await startInProcess(t, {
  ...usualConfig,
  profile,
  pages: { create_account: true },
  claims: { work: ['employee_no', 'team', 'desk'] },
});
const { issuer } = server;
const path = `${issuer}/account/profile`;

let people = 0;
const open = async (claims: Readonly<Record<string, string | boolean>> = {}) => {
  people += 1;
  const username = `grace${people}`;
  const { id } = await server.addAccount({ username, password, claims });
  const browser = await signedInBrowser(server, username);
  const claimsNow = async () => (await server.app.services.accounts.find(id))?.claims ?? {};
  return { browser, claimsNow };
};

const valid = {
  'claim-name': 'Grace Hopper',
  'claim-picture': 'https://example.com/grace.png',
  'claim-locale': 'de',
  'claim-zoneinfo': 'Europe/Berlin',
  'claim-birthdate': '1906-12-09',
  'claim-team': 'Navy',
  'claim-desk': 'D-12',
};

t.test('without a session or its form the profile stays', async (t) => {
  const { browser, claimsNow } = await open({ name: 'Grace' });
  const { hidden } = formOf((await browser.open(path)).body);
  const post = (who: Browser, fields: Readonly<Record<string, string>>, origin = issuer) =>
    who.request(path, {
      method: 'POST',
      body: new URLSearchParams({ ...valid, ...fields }),
      headers: { origin },
    });
  t.equal((await post(new Browser(), hidden)).status, 303);
  t.equal((await post(browser, {})).status, 403);
  t.equal((await post(browser, { csrf: (hidden['csrf'] ?? '').replace(/^./, '_') })).status, 403);
  t.equal((await post(browser, hidden, 'https://evil.example')).status, 403);
  t.equal((await post((await open()).browser, hidden)).status, 403, 'the form of another person');
  t.equal((await claimsNow())['name'], 'Grace');
});

t.test('a value for which the pattern would take years is refused at once (CWE-1333)', async (t) => {
  const { browser, claimsNow } = await open();
  const form = await browser.open(path);
  const started = performance.now();
  const refused = await browser.submit(form, { ...valid, 'claim-badge': '1'.repeat(255) });
  t.equal(refused.status, 422);
  t.ok(performance.now() - started < 5_000);
  t.equal((await browser.submit(form, { ...valid, 'claim-badge': `${'1'.repeat(200)}#` })).status, 200);
  t.match(await claimsNow(), { badge: /^1{200}#$/ });
});

t.test('another phone number is no verified one', async (t) => {
  const { browser, claimsNow } = await open({ phone_number: '+1 555', phone_number_verified: true });
  const form = await browser.open(path);
  await browser.submit(form, { ...valid, 'claim-phone_number': '+1 555' });
  t.equal((await claimsNow())['phone_number_verified'], true, 'while it stays');
  await browser.submit(form, { ...valid, 'claim-phone_number': '+1 666' });
  t.match(await claimsNow(), { phone_number: '+1 666', phone_number_verified: false });
});

t.test('values that can not be right are refused, and shown again', async (t) => {
  const { browser, claimsNow } = await open({ name: 'Grace' });
  const form = await browser.open(path);
  for (const [field, value] of [
    ['claim-name', 'G\u202erace'],
    ['claim-name', 'x'.repeat(256)],
    ['claim-picture', 'http://example.com/x.png'],
    ['claim-picture', 'javascript:alert(1)'],
    ['claim-locale', 'not a language'],
    ['claim-zoneinfo', 'Mars/Olympus'],
    ['claim-birthdate', '31.12.1999'],
    ['claim-birthdate', '1999-02-31x'],
    ['claim-desk', ''],
    ['claim-desk', 'D-12x'],
    ['claim-desk', 'xD-12'],
  ] as const) {
    const page = await browser.submit(form, { ...valid, [field]: value });
    t.equal(page.status, 422, `${field} ${value}`);
    t.match(page.body, `id="${field}-error"`);
    t.match(page.body, '<title>Error:');
  }
  t.strictSame((await claimsNow())['name'], 'Grace');
});

t.test('only the claims that the operator names change', async (t) => {
  const { browser, claimsNow } = await open({
    email: 'grace@example.com',
    email_verified: false,
    employee_no: '000001',
    nickname: 'Amazing',
  });
  const page = await browser.submit(await browser.open(path), {
    ...valid,
    'claim-email': 'evil@example.com',
    'claim-email_verified': 'true',
    'claim-employee_no': '999999',
    'claim-nickname': 'Other',
    'claim-groups': 'admins',
    'claim-sub': 'x',
    email: 'evil@example.com',
    name: 'Evil',
  });
  t.equal(page.url, `${path}?done=yes`);
  t.match(page.body, 'role="status"');
  t.match(page.body, '000001', 'a field that only the operator changes is shown');
  t.match(page.body, 'value="Grace Hopper"');
  const { updated_at: _, preferred_username: __, ...claims } = await claimsNow();
  t.strictSame(claims, {
    email: 'grace@example.com',
    email_verified: false,
    employee_no: '000001',
    nickname: 'Amazing',
    name: 'Grace Hopper',
    picture: 'https://example.com/grace.png',
    locale: 'de',
    zoneinfo: 'Europe/Berlin',
    birthdate: '1906-12-09',
    team: 'Navy',
    desk: 'D-12',
  });
  await browser.submit(await browser.open(path), { 'claim-desk': 'D-1' });
  t.equal((await claimsNow())['name'], undefined, 'an empty field removes its claim');
});

t.test('an account of the configuration is shown and not changed', async (t) => {
  const ada = await signedInBrowser(server, 'ada');
  const page = await ada.open(path);
  t.match(page.body, 'Ada Lovelace');
  t.notMatch(page.body, 'profile-submit');
  const { hidden } = formOf((await ada.open(`${issuer}/account/sessions/others`)).body);
  const forced = await ada.request(path, {
    method: 'POST',
    body: new URLSearchParams({ ...valid, ...hidden }),
    headers: { origin: issuer },
  });
  t.equal(forced.status, 409);
});

t.test('people fill the fields of the operator in when they sign up', async (t) => {
  const browser = new Browser();
  const party = new RelyingParty(issuer);
  const verifier = newVerifier();
  const form = await browser.open(
    party.authorizationUrl(verifier, { prompt: 'create', scope: 'openid work', ui_locales: 'de' }),
  );
  t.match(form.body, 'Personalnummer');
  const typed = { login: 'hedy', email: 'hedy@example.com', password, name: 'Hedy' };
  for (const fields of [
    {},
    { 'claim-employee_no': '12', 'claim-desk': 'D-1' },
    { 'claim-employee_no': '123456', 'claim-desk': '' },
  ]) {
    const page = await browser.submit(form, { ...typed, ...fields });
    t.equal(page.status, 422);
    t.match(page.body, 'value="hedy@example.com"');
  }
  const done = await browser.submit(form, {
    ...typed,
    'claim-employee_no': '123456',
    'claim-desk': 'D-1',
    'claim-picture': 'https://example.com/not-asked.png',
  });
  const code = redirectParameters(done).get('code') ?? '';
  const { body } = await party.redeem(code, verifier);
  const userinfo = await fetch(`${issuer}/userinfo`, {
    headers: { authorization: `Bearer ${body.access_token}` },
  });
  const { sub: _, ...claims } = await userinfo.json();
  t.strictSame(claims, { employee_no: '123456', desk: 'D-1' });
  const hedy = await server.app.services.accounts.findByUsername('hedy');
  t.equal(hedy?.claims['picture'], undefined);
  const page = await followPages(new Browser(), path, { login: 'hedy', password });
  t.equal(page.url, path);
});

t.test('fields that would reach into the server are refused at the start', async (t) => {
  const start = (fields: readonly object[]) => startInProcess(t, { profile: { fields } });
  for (const claim of ['sub', 'email', 'email_verified', 'groups', 'acr', 'preferred_username'])
    await t.rejects(start([{ claim, label: 'x' }]), /means something for this server/, claim);
  await t.rejects(start([{ claim: 'name', label: 'x' }]), /profile\.editable too/);
  const twice = { claim: 'team', label: 'x' };
  await t.rejects(start([twice, twice]), /another field too/);
  await t.rejects(start([{ claim: 'team', label: 'x', pattern: '[' }]), /regular expression/);
});

t.test('the configuration of the documentation is accepted', async (t) => {
  const page = readFileSync(new URL('../../docs/account-pages.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => parse(text));
  t.equal(blocks.length, 2);
  for (const settings of blocks) await startInProcess(t, settings);
});
