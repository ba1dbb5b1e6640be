import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  basicAuthorization,
  type FormFields,
  formOf,
  newVerifier,
  password,
  postForm,
  redirectParameters,
  redirectUri,
  secret,
} from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'valueOf',
  '__defineGetter__',
];

t.test('no name or value becomes part of a prototype (CWE-1321)', async (t) => {
  const { issuer, app, stored } = await startSecurityTest(t, {
    registration: { enabled: true },
    security: { throttle: { registration_per_address: 0 } },
  });
  const before = Object.getOwnPropertyNames(Object.prototype).join();
  const grant = { grant_type: 'client_credentials' };
  const browser = new Browser();
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  const { action, hidden } = formOf(login.body);
  const documents = await stored();
  for (const name of names) {
    for (const fields of [
      { ...grant, [`${name}[polluted]`]: 'yes' },
      { ...grant, [`${name}.polluted`]: 'yes' },
      [
        ['grant_type', 'client_credentials'],
        [name, 'yes'],
      ],
    ] as readonly FormFields[]) {
      t.equal(
        (await postForm(`${issuer}/oauth/token`, fields, basicAuthorization('app', secret))).status,
        200,
        `an unknown ${name} is passed over`,
      );
    }
    for (const field of [
      'grant_type',
      'client_id',
      'scope',
      'resource',
      'token',
      'token_type_hint',
      'refresh_token',
      'code',
      'client_assertion_type',
    ]) {
      const answer = await postForm(
        `${issuer}/oauth/token`,
        { ...grant, [field]: name },
        basicAuthorization('app', secret),
      );
      t.ok(answer.status < 500, `${field}=${name}: ${answer.status}`);
      const asked = await postForm(
        `${issuer}/oauth/introspect`,
        { token: 'x', [field]: name },
        basicAuthorization('app', secret),
      );
      t.ok(asked.status < 500);
    }
    for (const field of [
      'client_id',
      'scope',
      'prompt',
      'response_type',
      'response_mode',
      'display',
      'ui_locales',
      'acr_values',
      'claims',
      'resource',
      'authorization_details',
      'login_hint',
      'code_challenge_method',
      'max_age',
      'request',
      'request_uri',
    ]) {
      const page = await new Browser().request(app.authorizationUrl(newVerifier(), { [field]: name }));
      t.ok(page.status < 500, `${field}=${name}: ${page.status}`);
    }
    for (const text of [
      `{"${name}":{"issuer_tokens":true,"polluted":"yes"},"redirect_uris":["https://a.example/"]}`,
      `{"redirect_uris":["https://a.example/"],"jwks":{"keys":[{"${name}":{"polluted":"yes"}}]}}`,
    ]) {
      const answer = await fetch(`${issuer}/oauth/register`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      t.ok(answer.status < 500, `registration with ${name}: ${answer.status}`);
      t.notMatch(await answer.text(), /"issuer_tokens":true|polluted/, 'and nothing of it is kept');
    }
    const json = await fetch(`${issuer}/api/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"${name}":"x","authorization_code":"${'a'.repeat(43)}"}`,
    });
    t.equal(json.status, 400, `the JSON endpoint does not know ${name}`);
    const page = await browser.request(new URL(action, issuer).href, {
      method: 'POST',
      headers: { origin: issuer },
      body: new URLSearchParams({ ...hidden, login: name, password: name, [`${name}[csrf]`]: 'x' }),
    });
    t.ok([422, 429].includes(page.status), `nor is ${name} an account: ${page.status}`);
    const error = await new Browser().request(`${issuer}/errors/${name}`);
    t.equal(error.status, 404, `nor an error`);
    t.equal((await new Browser().request(`${issuer}/?lang=${name}`)).status, 200, 'nor a language');
  }
  t.equal(Object.getOwnPropertyNames(Object.prototype).join(), before);
  t.equal(Object.getOwnPropertyDescriptor({}, 'polluted'), undefined);
  t.notOk('polluted' in {}, 'objects are what they were');
  t.ok((await stored()) - documents < 400);
});

t.test('a parameter is one text and appears once (RFC 6749 §3.1, CWE-235)', async (t) => {
  const { issuer, app, events } = await startSecurityTest(t);
  const url = app.authorizationUrl(newVerifier(), { state: 'x', nonce: 'x', prompt: 'none' });
  for (const [name, value] of new URL(url).searchParams) {
    for (const second of [value, 'https://evil.test', '']) {
      const page = await new Browser().request(`${url}&${name}=${encodeURIComponent(second)}`);
      const error = page.status === 303 ? redirectParameters(page).get('error') : 'invalid_request';
      t.equal(error, 'invalid_request', `${name} twice`);
      t.notMatch(page.headers.get('location') ?? '', /evil/);
    }
    for (const odd of [`${name}[]`, `${name}[0]`, `${name}[a]`, `${name}.a`]) {
      const without = new URL(url);
      without.searchParams.delete(name);
      without.searchParams.append(odd, value);
      const page = await new Browser().request(without.href);
      t.ok(page.status < 500, `${odd}: ${page.status}`);
      t.notMatch(page.headers.get('location') ?? '', /[?&]code=/);
    }
  }
  assertEach(t, events, ({ outcome }) => outcome === 'refused');
  const lists: readonly (readonly [string, FormFields])[] = [
    ['a list', [['grant_type[]', 'client_credentials']]],
    [
      'two',
      [
        ['grant_type', 'client_credentials'],
        ['grant_type', 'client_credentials'],
      ],
    ],
    ['an index', [['grant_type[0]', 'client_credentials']]],
    ['a NUL', [['grant_type', 'client_credentials\0']]],
  ];
  for (const [name, fields] of lists) {
    t.equal(
      (await postForm(`${issuer}/oauth/token`, fields, basicAuthorization('app', secret))).status,
      400,
      name,
    );
  }
  const browser = new Browser();
  const login = await browser.open(app.authorizationUrl(newVerifier()));
  const { action, hidden } = formOf(login.body);
  const twice = new URLSearchParams({ ...hidden, login: 'ada', password });
  twice.append('password', 'x');
  const answer = await browser.request(new URL(action, issuer).href, {
    method: 'POST',
    headers: { origin: issuer },
    body: twice,
  });
  t.equal(answer.status, 400, 'a field of a form as well');
  t.ok(redirectUri);
});

t.test('a second value is not hidden behind a thousand others (CWE-235)', async (t) => {
  const { issuer, app } = await startSecurityTest(t);
  const many = Array.from({ length: 1_000 }, () => 'a').join('&');
  const form = { 'content-type': 'application/x-www-form-urlencoded', ...basicAuthorization('app', secret) };
  const hidden = `grant_type=client_credentials&${many}&client_id=other`;
  const chunks = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(hidden));
      controller.close();
    },
  });
  for (const path of ['/oauth/token', '/token', '/oauth/par', '/oauth/introspect', '/oauth/revoke']) {
    const answer = await fetch(`${issuer}${path}`, { method: 'POST', headers: form, body: hidden });
    t.equal(answer.status, 400, path);
    t.match(await answer.json(), { error: 'invalid_request' });
  }
  // Node's `fetch` has this option; the browser types lack it.
  const streamed = { method: 'POST', headers: form, body: chunks, duplex: 'half' } as RequestInit;
  t.equal((await fetch(`${issuer}/oauth/token`, streamed)).status, 400, 'nor in chunks');
  const page = await new Browser().request(
    `${app.authorizationUrl(newVerifier())}&${many}&redirect_uri=https://evil.test`,
  );
  t.equal(page.status, 400, 'nor in an address');
  t.notOk(page.headers.get('location'));
  const few = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: form,
    body: `grant_type=client_credentials&${many.slice(0, 1_500)}`,
  });
  t.equal(few.status, 200, 'unknown parameters are ignored');
});
