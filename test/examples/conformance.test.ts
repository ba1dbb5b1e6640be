import { readFileSync } from 'node:fs';
import { decodeJwt } from 'jose';
import t from 'tap';
import { parse } from 'yaml';
import { Browser, httpGet, postForm, redirectParameters, startInProcess } from '../support/setup/index.ts';

interface Client {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly redirect_uris: readonly string[];
  readonly profile?: string;
  readonly pkce?: string;
}

const folder = 'examples/conformance';
const {
  issuer: _,
  listen: __,
  store: ___,
  ...settings
}: {
  issuer: string;
  listen: object;
  store: object;
  clients: readonly Client[];
  accounts: readonly { username: string; password: string }[];
} = parse(readFileSync(`${folder}/postern.yaml`, 'utf8'));
const { clients, accounts } = settings;
const person = { login: accounts[0]?.username ?? '', password: accounts[0]?.password ?? '' };
const callback = 'https://www.certification.openid.net/test/a/postern/callback';

const server = await startInProcess(t, { ...settings });

const byId = (id: string): Client => {
  const found = clients.find(({ client_id }) => client_id === id);
  if (found === undefined) throw new Error(`no client ${id}`);
  return found;
};

const asTheSuite = (id: string, more: Readonly<Record<string, string>> = {}): string => {
  const query = { client_id: id, redirect_uri: callback, scope: 'openid', response_type: 'code', ...more };
  return `${server.issuer}/oauth/authorize?${new URLSearchParams(query)}`;
};

for (const id of ['basic', 'basic-2', 'post']) {
  t.test(`${id} gets its tokens without PKCE, which OpenID Connect Core §3.1 doesn't require`, async (t) => {
    const scope = 'openid profile email address phone';
    const acr_values = 'urn:example:password';
    const state = 'a-state';
    const nonce = 'a-nonce';
    const url = asTheSuite(id, { scope, acr_values, state, nonce });
    const browser = new Browser();
    const login = await browser.open(url);
    t.match(login.body, /name="login"[\s\S]*name="password"[\s\S]*login-submit/, 'what the plan fills in');
    const consent = await browser.submit(login, person);
    t.match(consent.body, 'consent-allow');
    const answer = redirectParameters(await browser.submit(consent, { decision: 'allow' }));
    t.match(Object.fromEntries(answer), { state, iss: server.issuer });

    const { client_secret = '' } = byId(id);
    const fields = {
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: callback,
    };
    const basic = Buffer.from(`${id}:${client_secret}`).toString('base64');
    const endpoint = `${server.issuer}/oauth/token`;
    const { status, body } =
      id === 'post'
        ? await postForm(endpoint, { ...fields, client_id: id, client_secret })
        : await postForm(endpoint, fields, { authorization: `Basic ${basic}` });
    t.equal(status, 200, JSON.stringify(body));
    t.match(decodeJwt(body.id_token ?? ''), { iss: server.issuer, aud: id, nonce, acr: acr_values });
    const recorded = await httpGet(`${server.issuer}/userinfo`, {
      authorization: `Bearer ${body.access_token}`,
    });
    t.match(recorded.body, { name: 'Ada Lovelace', email_verified: true, phone_number: /^\+/, address: {} });
    t.match(recorded.body, { birthdate: '1815-12-10', updated_at: Number, zoneinfo: String, locale: String });
  });
}

t.test(
  'a second sign-in and prompt=none work as the plan expects (OpenID Connect Core §3.1.2.1)',
  async (t) => {
    const browser = new Browser();
    const none = asTheSuite('basic', { prompt: 'none', state: 's' });
    t.equal(redirectParameters(await browser.open(none)).get('error'), 'login_required');
    const first = new Browser();
    const consented = await first.submit(await first.open(asTheSuite('basic')), person);
    t.ok(redirectParameters(consented).get('code'), 'consent is remembered');
    t.ok(redirectParameters(await first.open(none)).get('code'));
    t.match((await first.open(asTheSuite('basic', { prompt: 'login' }))).body, 'login-submit');
    t.ok(redirectParameters(await first.open(asTheSuite('basic', { max_age: '10000' }))).get('code'));
  },
);

t.test('the FAPI 2.0 clients must meet their profile', async (t) => {
  const strict = clients.filter(({ profile }) => profile === 'fapi2');
  t.equal(strict.length, 4);
  for (const { client_id, redirect_uris, pkce } of strict) {
    t.equal(pkce, undefined);
    const page = await new Browser().open(
      asTheSuite(client_id, { redirect_uri: redirect_uris[0] ?? '', state: 's' }),
    );
    t.match(`${page.headers.get('location')} ${page.body}`, /Pushed Authorization Request|invalid_request/i);
    t.notMatch(page.body, 'login-submit');
  }
});

t.test('the README names every client and the form fields of the pages', async (t) => {
  const readme = readFileSync(`${folder}/README.md`, 'utf8');
  for (const { client_id } of clients) t.match(readme, `\`${client_id}\``);
  for (const name of ['login-submit', 'consent-allow', 'logout-confirm']) t.match(readme, `"${name}"`);
  const plan = /```json\n([\s\S]+?)\n```/.exec(readme)?.[1] ?? '';
  t.match(JSON.parse(plan), { browser: Array, client: { client_id: 'basic' } });
});
