import { createRemoteJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// RFC 9700 §4.11.2: a client that anyone can register must not turn this server into an open redirector.

const evil = 'https://evil.example/landing';
const metadata = (id: string, more: object = {}) => ({
  client_id: id,
  client_name: 'Totally <Trustworthy>',
  redirect_uris: [evil],
  post_logout_redirect_uris: ['https://evil.example/bye'],
  grant_types: ['authorization_code'],
  ...more,
});

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [...usualConfig.clients, { ...usualConfig.clients[0], ...metadata('known'), first_party: false }],
});
const { issuer } = server;
const { clients, accounts } = server.app.services;
await clients.register({ metadata: metadata('self'), secret: { value: secret } });
await clients.register({
  metadata: metadata('pushed', { require_pushed_authorization_requests: true }),
  secret: { value: secret },
});

const pretended = 'com.evil.app://accounts.google.com/cb';
await clients.register({
  metadata: metadata('phone', { application_type: 'native', redirect_uris: [pretended] }),
  secret: { value: secret },
});

type Parameters = Readonly<Record<string, string>>;

const self = new RelyingParty(issuer, 'self');
const urlOf = (parameters: Parameters, party = self): string => {
  const url = new URL(
    party.authorizationUrl(newVerifier(), { redirect_uri: evil, state: 'the-state', ...parameters }),
  );
  for (const [name, value] of [...url.searchParams]) if (value === '') url.searchParams.delete(name);
  return url.href;
};
const visit = (parameters: Parameters, browser = new Browser(), party = self): Promise<Page> =>
  browser.request(urlOf(parameters, party));

/** Requests that the engine answers with an error at the redirect URI. An empty value removes the parameter. */
const invalidRequests: readonly (readonly [string, Parameters, string])[] = [
  ['prompt=none', { prompt: 'none' }, 'login_required'],
  ['prompt=none and an id_token_hint', { prompt: 'none', id_token_hint: 'x.y.z' }, 'invalid_request'],
  ['prompt=none with another', { prompt: 'none login' }, 'invalid_request'],
  ['unknown prompt', { prompt: 'nonsense' }, 'invalid_request'],
  ['a scope that the client lacks', { scope: 'openid unknown:scope', claims: '{' }, 'invalid_request'],
  ['no response type', { response_type: '' }, 'invalid_request'],
  ['unknown response type', { response_type: 'token' }, 'unsupported_response_type'],
  ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['claims', { claims: '[]' }, 'invalid_request'],
  ['max_age', { max_age: '-1' }, 'invalid_request'],
  ['resource', { resource: 'https://unknown.example/' }, 'invalid_target'],
  ['authorization_details', { authorization_details: '[{"type":"x"}]' }, 'invalid_authorization_details'],
  ['registration', { registration: '{}' }, 'registration_not_supported'],
  ['a request object', { request: 'x.y.z' }, 'invalid_request_object'],
  ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:none' }, 'invalid_request_uri'],
  ['a foreign request_uri', { request_uri: 'https://evil.example/r' }, 'request_uri_not_supported'],
  ['too long a state', { state: 'x'.repeat(5000) }, 'invalid_request'],
];

/** Modes in which the response has the parameters in clear. */
const modes = ['', 'query', 'fragment', 'form_post', 'nonsense'];

for (const [name, parameters, error] of invalidRequests) {
  t.test(`before sign-in ${name} redirects nowhere, in no response mode`, async (t) => {
    for (const mode of [...modes, 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt', 'web_message']) {
      const page = await visit({ ...parameters, response_mode: mode });
      t.equal(page.headers.get('location'), null, mode);
      t.equal(page.headers.get('refresh'), null);
      t.ok(page.status >= 400, `${mode}: ${page.status}`);
      t.notMatch(page.body, 'data-auto-submit', mode);
      t.notMatch(page.body, /http-equiv|<script>/i, mode);
    }
    const page = await visit(parameters);
    t.match(page.body, `<code>${error}</code>`);
  });
}

t.test('the page says where its link leads, and the link is the error response', async (t) => {
  const page = await visit({ prompt: 'none' });
  t.equal(page.status, 400);
  t.match(page.body, /notice-warn redirect"[\s\S]*<strong>evil\.example<\/strong>/);
  t.match(page.body, '>Back to evil.example<');
  t.notMatch(page.body, 'Trustworthy', 'its name could be that of this service');
  const href = /class="back-to-app[^"]*" href="([^"]+)"/.exec(page.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  t.match(Object.fromEntries(new URL(href).searchParams), {
    error: 'login_required',
    state: 'the-state',
    iss: issuer,
    error_uri: `${issuer}/errors/login_required`,
  });
  t.equal(new URL(href).origin, 'https://evil.example');

  const inFragment = await visit({ prompt: 'none', response_mode: 'fragment' });
  t.match(
    inFragment.body,
    /class="back-to-app[^"]*" href="https:\/\/evil\.example\/landing#[^"]*error=login_required/,
  );

  const posted = await visit({ prompt: 'none', response_mode: 'form_post' });
  t.match(formOf(posted.body), { action: evil, hidden: { error: 'login_required', state: 'the-state' } });
  t.match(posted.headers.get('content-security-policy'), "form-action 'self' https://evil.example;");
});

t.test('an app with a scheme of its own is shown by the scheme, whatever host it writes', async (t) => {
  const app = new RelyingParty(issuer, 'phone');
  const error = await visit({ prompt: 'none', redirect_uri: pretended }, new Browser(), app);
  t.match(error.body, '<strong>com.evil.app:</strong>', 'before sign-in');
  const browser = new Browser();
  const login = await browser.open(urlOf({ redirect_uri: pretended }, app));
  t.notMatch(login.body, 'accounts.google.com', 'on the sign-in page');
  const consent = await browser.submit(login, { login: 'ada', password });
  t.match(consent.body, 'redirected to <strong>com.evil.app:</strong>');
  t.notMatch(consent.body, 'accounts.google.com', 'on the consent page');
});

t.test('a signed response is a link or a form too (JARM)', async (t) => {
  const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer));
  const signed = await visit({ prompt: 'none', response_mode: 'jwt' });
  const href = /href="(https:\/\/evil\.example[^"]+)"/.exec(signed.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const inLink = new URL(href).searchParams.get('response') ?? '';
  const form = formOf((await visit({ prompt: 'none', response_mode: 'form_post.jwt' })).body);
  t.strictSame(Object.keys(form.hidden), ['response']);
  for (const response of [inLink, form.hidden['response'] ?? '']) {
    const { payload } = await jwtVerify(response, keys, { issuer, audience: 'self' });
    t.match(payload, { error: 'login_required', state: 'the-state' });
  }
});

t.test('a pushed request and one that must be pushed redirect nowhere either (RFC 9126)', async (t) => {
  const request = Object.fromEntries(
    new URL(urlOf({ prompt: 'none', response_mode: 'form_post' })).searchParams,
  );
  const { body } = await self.post('/oauth/par', request);
  const party = new RelyingParty(issuer, 'self');
  const pushed = await new Browser().request(
    `${issuer}/oauth/authorize?${new URLSearchParams({ client_id: party.id, request_uri: String(body['request_uri']) })}`,
  );
  t.equal(pushed.headers.get('location'), null);
  t.notMatch(pushed.body, 'data-auto-submit');
  t.match(pushed.body, '<code>login_required</code>');
  const direct = await visit({}, new Browser(), new RelyingParty(issuer, 'pushed'));
  t.equal(direct.headers.get('location'), null);
  t.match(direct.body, '<code>invalid_request</code>');
});

t.test('a program gets the error as JSON, and no redirect', async (t) => {
  const response = await fetch(urlOf({ prompt: 'none' }), {
    redirect: 'manual',
    headers: { accept: 'application/json' },
  });
  t.equal(response.status, 400);
  t.equal(response.headers.get('location'), null);
  t.match(await response.json(), { error: 'login_required', state: 'the-state' });
});

t.test('the form of an authorization request by POST ends at the same page', async (t) => {
  const body = new URL(urlOf({ prompt: 'none' })).searchParams;
  const browser = new Browser();
  const page = await browser.open(`${issuer}/oauth/authorize`, { method: 'POST', body });
  t.equal(new URL(page.url).origin, issuer);
  t.equal(page.headers.get('location'), null);
  t.match(page.body, '<code>login_required</code>');
});

t.test('a session that no longer counts is no sign-in', async (t) => {
  const account = await accounts.add({ username: 'eve', password });
  const browser = new Browser();
  const app = new RelyingParty(issuer);
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  t.ok(redirectParameters(await browser.submit(login, { login: 'eve', password })).has('code'));
  t.equal((await visit({ prompt: 'none' }, browser)).status, 303, 'signed in');
  await accounts.disable(account.id);
  const page = await visit({ prompt: 'none' }, browser);
  t.equal(page.headers.get('location'), null);
  t.equal(page.status, 400);
});

t.test(
  'a person who is signed in is redirected, and so is everyone by a client of the operator',
  async (t) => {
    const browser = new Browser();
    await codeFor(new RelyingParty(issuer), browser);
    const silent = await visit({ prompt: 'none' }, browser);
    t.match(Object.fromEntries(redirectParameters(silent)), {
      error: 'consent_required',
      state: 'the-state',
    });
    const known = await visit({ prompt: 'none' }, new Browser(), new RelyingParty(issuer, 'known'));
    t.match(Object.fromEntries(redirectParameters(known)), { error: 'login_required', state: 'the-state' });
  },
);

t.test('signing out without a session asks before it leads to such a client', async (t) => {
  const logout = (client: string): Promise<Page> => {
    const query = new URLSearchParams({
      client_id: client,
      post_logout_redirect_uri: 'https://evil.example/bye',
      state: 'the-state',
    });
    return new Browser().open(`${issuer}/oauth/logout?${query}`);
  };
  const page = await logout('self');
  t.equal(page.headers.get('location'), null);
  t.notMatch(page.body, 'data-auto-submit');
  t.match(page.body, /<strong>evil\.example<\/strong>/);
  t.match(await logout('known'), { body: /data-auto-submit/ }, 'of the operator');
});

t.test('pages that approve a device or a request elsewhere say that the client is unverified', async (t) => {
  const register = (id: string, more: object) =>
    clients.register({
      metadata: {
        client_id: id,
        client_name: 'Your Bank',
        response_types: [],
        redirect_uris: [],
        ...more,
      },
      secret: { value: secret },
    });
  await register('screen', { grant_types: ['urn:ietf:params:oauth:grant-type:device_code'] });
  await register('caller', {
    grant_types: ['urn:openid:params:grant-type:ciba'],
    backchannel_token_delivery_mode: 'poll',
  });
  const browser = new Browser();
  await codeFor(new RelyingParty(issuer), browser);

  const device = await new RelyingParty(issuer, 'screen').post('/oauth/device_authorization', {
    scope: 'openid',
  });
  const entry = await browser.open(`${issuer}/oauth/device`);
  const confirm = await browser.submit(entry, { user_code: String(device.body['user_code']) });
  t.match(confirm.body, 'device-approve');
  t.match(confirm.body, /Your Bank[\s\S]*badge-warn">Unverified/);

  const asked = await new RelyingParty(issuer, 'caller').post('/oauth/ciba', {
    scope: 'openid',
    login_hint: 'ada',
  });
  t.equal(asked.status, 200);
  const requests = await browser.open(`${issuer}/account/requests`);
  t.match(requests.body, /Your Bank[\s\S]*badge-warn">Unverified/);
});
