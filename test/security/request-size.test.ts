import t from 'tap';
import { newKey, requestObject } from '../support/proofs.ts';
import {
  Browser,
  type HttpResponse,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

/** A request is stored while the person signs in, so each of its parts has a limit (CWE-770). */

const key = await newKey();
const person = { redirect_uris: [redirectUri], first_party: true };
const longUri = `https://app.example/${'x'.repeat(2020)}`;
const api = 'https://api.example.com/';
const ciba = 'urn:openid:params:grant-type:ciba';
const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  clients: [
    {
      client_id: 'app',
      client_secret: secret,
      jwks: { keys: [key.jwk] },
      authorization_details_types: ['payment'],
      resources: [api],
      grant_types: ['authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
      ...person,
    },
    { client_id: 'far', client_secret: secret, post_logout_redirect_uris: [longUri], ...person },
    {
      client_id: 'bank',
      client_secret: secret,
      grant_types: [ciba],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
  resources: [{ audience: api, scopes: ['pay'] }],
  registration: { enabled: true },
});
const { issuer } = server;
const party = new RelyingParty(issuer);

type Parameters = Readonly<Record<string, string>>;

/** The error that the application gets from the authorization endpoint, or its status. */
const authorize = async (parameters: Parameters): Promise<string> => {
  const page = await new Browser().request(party.authorizationUrl(newVerifier(), parameters));
  const location = page.headers.get('location') ?? '';
  if (!location.startsWith(redirectUri)) return String(page.status);
  const answer = redirectParameters(page);
  return `${answer.get('error')}: ${answer.get('error_description')}`;
};

const summary = ({ status, body }: HttpResponse): string =>
  status < 300 ? String(status) : `${status} ${body.error}: ${body.error_description}`;

const push = async (parameters: Parameters): Promise<string> => {
  const request = Object.fromEntries(new URL(party.authorizationUrl(newVerifier(), parameters)).searchParams);
  return summary(await party.post('/oauth/par', parameters['request'] ? parameters : request));
};

const free = 'state, nonce, ui_locales and login_hint together are longer than 4096 bytes';
const whole = 'the parameters without authorization_details together are longer than 8192 bytes';

t.test('state, nonce, ui_locales and login_hint have 4 KB together', async (t) => {
  const parts = ['state', 'nonce', 'ui_locales', 'login_hint'];
  for (const one of parts) {
    const tooLong = { [one]: 'x'.repeat(4097) };
    t.equal(await authorize(tooLong), `invalid_request: ${free}`, one);
    t.equal(await push(tooLong), `400 invalid_request: ${free}`, `${one}, pushed`);
  }
  const share = (length: number) => Object.fromEntries(parts.map((name) => [name, 'x'.repeat(length)]));
  t.equal(await authorize(share(1025)), `invalid_request: ${free}`, 'they count together');
  t.equal(await authorize({ state: 'ä'.repeat(2049) }), `invalid_request: ${free}`, 'in bytes');
  t.equal(await authorize(share(1024)), '303');
  t.equal(await push(share(1024)), '201');
});

t.test('the other parameters have 8 KB together with those', async (t) => {
  const claims = (length: number) => JSON.stringify({ userinfo: { name: { value: 'x'.repeat(length) } } });
  t.equal(await push({ state: 'x'.repeat(4096), claims: claims(4096) }), `400 invalid_request: ${whole}`);
  t.equal(await push({ acr_values: 'x'.repeat(8192) }), `400 invalid_request: ${whole}`);
  t.equal(await push({ state: 'x'.repeat(4096), claims: claims(3000) }), '201');
});

t.test('what is inside a request object counts as well, and the object has 16 KB', async (t) => {
  const sign = (parameters: Parameters) =>
    requestObject(key, 'app', issuer, {
      ...Object.fromEntries(new URL(party.authorizationUrl(newVerifier())).searchParams),
      ...parameters,
    });
  t.equal(await push({ request: await sign({ state: 'x'.repeat(4097) }) }), `400 invalid_request: ${free}`);
  t.equal(await authorize({ request: await sign({ state: 'x'.repeat(4097) }) }), `invalid_request: ${free}`);
  t.equal(
    await push({ request: await sign({ unknown: 'x'.repeat(16_384) }) }),
    '400 invalid_request_object: the request object is longer than 16384 bytes',
  );
  t.equal(await push({ request: await sign({ state: 'x'.repeat(4000) }) }), '201');
});

t.test('the size of a request object counts before the client has authenticated', async (t) => {
  const request = `e30.${Buffer.from(`"${'\\"'.repeat(20_000)}`).toString('base64url')}.AAAA`;
  const tooLong = /^400 invalid_request_object: the request object is longer than 16384 bytes$/;
  const withoutSecret = async (path: string, clientId: string) => {
    const answer = await fetch(`${issuer}${path}`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: clientId, request }),
    });
    const { error, error_description: reason } = await answer.json();
    return `${answer.status} ${error}: ${reason}`;
  };
  t.match(await withoutSecret('/oauth/par', 'app'), tooLong);
  t.match(await withoutSecret('/oauth/device_authorization', 'app'), tooLong);
  t.match(await withoutSecret('/oauth/ciba', 'bank'), tooLong);
  t.match(await push({ request }), tooLong);
});

t.test('authorization_details have 16 KB', async (t) => {
  const details = (length: number) => JSON.stringify([{ type: 'payment', note: 'x'.repeat(length) }]);
  t.equal(
    await push({ authorization_details: details(16_384) }),
    '400 invalid_authorization_details: authorization_details may have 20 entries and 16384 bytes, nested 32 deep',
  );
  const large = { authorization_details: details(16_000), resource: api, state: 'x'.repeat(4000) };
  t.equal(await push(large), '201');
});

t.test('a request names twenty resources at most, which are compared with 8 KB of scope', async (t) => {
  const send = async (path: string, { resources, scope }: { resources: number; scope: string }) => {
    const body = new URLSearchParams(new URL(party.authorizationUrl(newVerifier(), { scope })).searchParams);
    for (let count = 0; count < resources; count++) body.append('resource', api);
    const answer = await fetch(`${issuer}${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`app:${secret}`).toString('base64')}` },
      body,
    });
    const { error, error_description: reason } = await answer.json();
    return [answer.status, error, reason].filter(Boolean).join(' ');
  };
  const long = `openid ${Array.from({ length: 5000 }, (_, at) => at.toString(36)).join(' ')}`.slice(0, 9000);
  for (const [path, success] of [
    ['/oauth/par', '201'],
    ['/oauth/device_authorization', '200'],
  ] as const) {
    t.equal(
      await send(path, { resources: 21, scope: 'pay' }),
      '400 invalid_target a request may name 20 resources',
    );
    t.equal(
      await send(path, { resources: 1, scope: long }),
      '400 invalid_scope scope is longer than 8192 bytes',
    );
    t.equal(await send(path, { resources: 20, scope: 'pay' }), success);
  }
});

t.test('requests for a device, by a back channel and to sign out are limited too', async (t) => {
  const device = (length: number) =>
    party.post('/oauth/device_authorization', { scope: 'openid', login_hint: 'x'.repeat(length) });
  t.equal(summary(await device(4097)), `400 invalid_request: ${free}`);
  t.equal(summary(await device(4096)), '200');

  const bank = new RelyingParty(issuer, 'bank');
  const backChannel = (hint: string) => bank.post('/oauth/ciba', { scope: 'openid', login_hint: hint });
  t.equal(summary(await backChannel('x'.repeat(4097))), `400 invalid_request: ${free}`);
  t.equal(summary(await backChannel('ada')), '200');

  const signOut = (length: number) =>
    new Browser({ accept: 'text/html' }).request(`${issuer}/oauth/logout?state=${'x'.repeat(length)}`);
  const refused = await signOut(2049);
  t.equal(refused.status, 400);
  t.match(refused.body, 'state is longer than 2048 bytes');
  t.notOk(refused.headers.has('set-cookie'), 'no session');
  t.equal((await signOut(2048)).status, 200);

  const query = new URLSearchParams({
    client_id: 'far',
    post_logout_redirect_uri: longUri,
    state: 'x'.repeat(2048),
  });
  const far = await new Browser({ accept: 'text/html' }).request(`${issuer}/oauth/logout?${query}`);
  t.equal(far.status, 400);
  t.match(far.body, 'together are longer than 4096 bytes');
});

t.test('the metadata of a client that registers itself have 16 KB', async (t) => {
  const register = (length: number) =>
    fetch(`${issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        redirect_uris: [redirectUri],
        tos_uri: `https://a.example/${'x'.repeat(length)}`,
      }),
    });
  const refused = await register(16_384);
  t.equal(refused.status, 400);
  t.match(await refused.json(), {
    error: 'invalid_client_metadata',
    error_description: 'the metadata is longer than 16384 bytes',
  });
  t.equal((await register(15_000)).status, 201);
});
