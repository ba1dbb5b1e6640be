import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import { createManualClock, replaceDateNow } from '../support/clocks.ts';
import { assertion, assertionType, newKey, requestObject, seconds } from '../support/proofs.ts';
import {
  Browser,
  codeFor,
  type Page,
  password,
  postForm,
  RelyingParty,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

// Fails without src/provider/overrides/client-ping.ts.

const grant = 'urn:openid:params:grant-type:ciba';
const api = 'https://api.example.com/';

const caller = (client_id: string, more: object = {}) => ({
  client_id,
  client_name: `The ${client_id}`,
  client_secret: secret,
  grant_types: [grant, 'refresh_token'],
  response_types: [],
  backchannel_token_delivery_mode: 'poll',
  ...more,
});

const configOf = (endpoint = 'https://127.0.0.1:9/ping') => ({
  ...usualConfig,
  accounts: [
    ...usualConfig.accounts,
    { username: 'bob', password },
    { username: 'gone', password, disabled: true },
  ],
  resources: [{ audience: api, scopes: ['api:read'] }],
  security: { password: { memory_kib: 8192, passes: 1 }, acr_values: ['low', 'high'] },
  tokens: { device_interval: 2 },
  clients: [
    ...usualConfig.clients,
    caller('bank'),
    caller('shop', {
      backchannel_token_delivery_mode: 'ping',
      backchannel_client_notification_endpoint: endpoint,
    }),
  ],
});

const begin = (party: RelyingParty, parameters: Record<string, string> = {}) =>
  party.post('/oauth/ciba', { scope: 'openid email', login_hint: 'ada', ...parameters });

const acrClaim = (acr: object): string => JSON.stringify({ id_token: { acr } });

const poll = (party: RelyingParty, id: string) =>
  party.post('/oauth/token', { grant_type: grant, auth_req_id: id });

const requestOf = async (party: RelyingParty, parameters: Record<string, string> = {}): Promise<string> => {
  const { body } = await begin(party, parameters);
  return String(body['auth_req_id']);
};

const requests = ({ issuer }: TestServer, browser: Browser): Promise<Page> =>
  browser.open(`${issuer}/account/requests`);

const signedIn = async (postern: TestServer, login = 'ada'): Promise<Browser> => {
  const browser = new Browser();
  if (login === 'ada') await codeFor(new RelyingParty(postern.issuer), browser);
  else {
    const page = await browser.open(new RelyingParty(postern.issuer).authorizationUrl('x'.repeat(43)));
    await browser.submit(page, { login, password });
  }
  return browser;
};

t.test('the backchannel authentication request is answered (OpenID Connect CIBA §7)', async (t) => {
  const postern = await startInProcess(t, configOf());
  const bank = new RelyingParty(postern.issuer, 'bank');
  const shop = new RelyingParty(postern.issuer, 'shop');

  await t.test('invalid requests are refused (§13)', async (t) => {
    const wrong = new RelyingParty(postern.issuer, 'bank', 'not-the-secret-of-this-client-at-all-000000');
    t.match(await begin(wrong), { status: 401, body: { error: 'invalid_client' } });
    t.match(await begin(new RelyingParty(postern.issuer)), { status: 400 }, 'a client without the grant');
    const cases: readonly [Record<string, string>, string][] = [
      [{ scope: 'email' }, 'invalid_request'],
      [{ login_hint: '' }, 'invalid_request'],
      [{ login_hint: 'nobody' }, 'unknown_user_id'],
      [{ login_hint: 'gone' }, 'unknown_user_id'],
      [{ login_hint_token: 'x', login_hint: '' }, 'invalid_request'],
      [{ login_hint_token: 'x' }, 'invalid_request'],
      [{ id_token_hint: 'x', login_hint: '' }, 'invalid_request'],
      [{ binding_message: 'x'.repeat(65) }, 'invalid_binding_message'],
      [{ binding_message: 'a\u202eb' }, 'invalid_binding_message'],
      [{ binding_message: 'two\nlines' }, 'invalid_binding_message'],
      [{ requested_expiry: '-1' }, 'invalid_request'],
      [{ requested_expiry: 'soon' }, 'invalid_request'],
      [{ user_code: '1234' }, 'invalid_request'],
      [{ resource: 'https://unknown.example.com/' }, 'invalid_target'],
      [{ acr_values: 'unknown' }, 'unmet_authentication_requirements'],
      [{ claims: acrClaim({ essential: true, value: 'unknown' }) }, 'unmet_authentication_requirements'],
      [{ claims: acrClaim({ values: 'high' }) }, 'invalid_request'],
    ];
    for (const [parameters, error] of cases) {
      t.match(await begin(bank, parameters), { status: 400, body: { error } }, JSON.stringify(parameters));
    }
    t.match(
      await begin(shop),
      { status: 400, body: { error: 'invalid_request' } },
      'ping wants a token (§7.1)',
    );
    t.match(await begin(shop, { client_notification_token: 'x'.repeat(1025) }), { status: 400 });
    const { items } = await postern.store.list('requests', 'all', { limit: 5 });
    t.same(items, [], 'and nothing is kept');
  });

  await t.test('the response is as specified (§7.3)', async (t) => {
    const { status, body } = await begin(bank);
    t.equal(status, 200);
    t.match(body, { auth_req_id: String, expires_in: 600, interval: 2 });
    t.match((await begin(bank, { requested_expiry: '30' })).body, { expires_in: 30 });
    t.match((await begin(bank, { requested_expiry: '99999' })).body, { expires_in: 600 }, 'capped');
  });

  await t.test("one client can't send a person requests without limit", async (t) => {
    for (let more = 0; more < 10; more++) await begin(bank, { login_hint: 'bob' });
    t.match(await begin(bank, { login_hint: 'bob' }), { status: 400, body: { error: 'access_denied' } });
  });

  const metadata = await (await fetch(`${postern.issuer}/.well-known/openid-configuration`)).json();
  t.match(metadata, {
    backchannel_authentication_endpoint: `${postern.issuer}/oauth/ciba`,
    backchannel_token_delivery_modes_supported: ['poll', 'ping'],
    backchannel_user_code_parameter_supported: false,
  });
});

t.test(
  'assertions may name the issuer, the endpoint or the token endpoint (OpenID Connect CIBA §7.1)',
  async (t) => {
    const key = await newKey();
    const signer = (id: string, more: object = {}) =>
      caller(id, {
        client_secret: undefined,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [key.jwk] },
        ...more,
      });
    const config = configOf();
    const strict = { profile: 'fapi2', dpop_bound_access_tokens: true };
    const postern = await startInProcess(t, {
      ...config,
      clients: [...config.clients, signer('signer'), signer('strict', strict)],
    });
    const { issuer } = postern;
    const authenticate = async (client: string, aud: unknown, fields = {}, path = '/oauth/ciba') => {
      const client_assertion = await assertion(key, client, issuer, { aud });
      const signed = { client_assertion_type: assertionType, client_assertion };
      return postForm(`${issuer}${path}`, { scope: 'openid', login_hint: 'ada', ...signed, ...fields });
    };
    const [ciba, token] = [`${issuer}/oauth/ciba`, `${issuer}/oauth/token`];
    for (const client of ['signer', 'strict']) {
      for (const aud of [
        [ciba],
        [issuer, ciba],
        `${ciba}/`,
        `${issuer}/oauth/par`,
        'https://evil.example/oauth/ciba',
      ])
        t.match(await authenticate(client, aud), { status: 401 }, `${client}: ${aud}`);
      for (const aud of [issuer, ciba, token])
        t.match(await authenticate(client, aud), { status: 200 }, `${client}: ${aud}`);
      const poll = { grant_type: grant, auth_req_id: 'x'.repeat(43) };
      for (const aud of [ciba, token])
        t.match(await authenticate(client, aud, poll, '/oauth/token'), { status: 401 }, 'nor elsewhere');
      t.match(await authenticate(client, issuer, poll, '/oauth/token'), { body: { error: 'invalid_grant' } });
    }
  },
);

t.test('signed requests of every client live for an hour at most (OpenID Connect CIBA §7.1.1)', async (t) => {
  const key = await newKey();
  const config = configOf();
  const signed = caller('signed', {
    jwks: { keys: [key.jwk] },
    backchannel_authentication_request_signing_alg: 'ES256',
  });
  const postern = await startInProcess(t, { ...config, clients: [...config.clients, signed] });
  const party = new RelyingParty(postern.issuer, 'signed');
  const now = seconds();
  for (const [times, status] of [
    [{ exp: now + 86_400 }, 400],
    [{ exp: now + 60, nbf: now - 7200 }, 400],
    [{ exp: undefined }, 400],
    [{ nbf: undefined }, 400],
    [{ iat: undefined }, 400],
    [{ jti: undefined }, 400],
    [{ exp: now + 3600, nbf: now }, 200],
  ] as const) {
    const parameters = { scope: 'openid', login_hint: 'ada', client_id: undefined, ...times };
    const request = await requestObject(key, 'signed', postern.issuer, parameters);
    const answer = await party.post('/oauth/ciba', { request });
    t.equal(answer.status, status, `${JSON.stringify(times)}: ${answer.body['error_description']}`);
  }
});

t.test('polling is answered (OpenID Connect CIBA §11)', async (t) => {
  const clock = createManualClock(Date.now());
  const postern = await startInProcess(t, configOf(), { clock });
  const bank = new RelyingParty(postern.issuer, 'bank');
  const id = await requestOf(bank);

  t.match(await poll(bank, 'x'.repeat(43)), { status: 400, body: { error: 'invalid_grant' } });
  const shop = new RelyingParty(postern.issuer, 'shop');
  t.match(await poll(shop, id), { status: 400, body: { error: 'invalid_grant' } }, 'of another client');
  t.match(await poll(bank, id), { status: 400, body: { error: 'authorization_pending' } });
  t.match(await poll(bank, id), { status: 400, body: { error: 'slow_down' } });
  clock.advance(2_000);
  t.match(await poll(bank, id), { body: { error: 'slow_down' } }, 'two seconds are seven now');
  clock.advance(12_000);
  t.match(await poll(bank, id), { body: { error: 'authorization_pending' } });

  const { now } = Date;
  replaceDateNow(t, () => now() + 700_000);
  t.match(await poll(bank, id), { status: 400, body: { error: 'expired_token' } });
});

t.test('the person answers on the approval page', async (t) => {
  const postern = await startInProcess(t, configOf());
  const bank = new RelyingParty(postern.issuer, 'bank');

  await t.test("the page requires a sign-in and shows only one's own requests", async (t) => {
    const id = await requestOf(bank, { binding_message: 'W4SCT' });
    t.match(await requests(postern, new Browser()), { status: 401, body: /not signed in/ });
    const bob = await signedIn(postern, 'bob');
    t.match(await requests(postern, bob), { status: 200, body: /No requests right now/ });
    const ada = await signedIn(postern);
    const page = await requests(postern, ada);
    t.match(page.body, 'The bank');
    t.match(page.body, 'W4SCT');
    t.notMatch(page.body, id, 'the page does not know what the client polls with');
    t.equal(page.headers.get('cache-control'), 'no-store');

    const forged = await bob.submit(page, { decision: 'allow' });
    t.equal(forged.status, 403, 'the form of one person is refused for another');
    t.equal((await ada.submit(page, { decision: 'allow', csrf: 'guessed' })).status, 403);
    t.equal((await ada.submit(page, { decision: 'allow', request: 'x'.repeat(24) })).status, 403);
    const foreign = await ada.request(`${postern.issuer}/account/requests`, {
      method: 'POST',
      headers: { origin: 'https://evil.example.com' },
      body: new URLSearchParams({ decision: 'allow' }),
    });
    t.equal(foreign.status, 403);
    t.match(await poll(bank, id), { body: { error: 'authorization_pending' } });
    t.match(await ada.submit(page, { decision: 'deny' }), { body: /Denied/ });
    t.match(await poll(bank, id), { status: 400, body: { error: 'access_denied' } });
  });

  await t.test('the page shows everything that an approval gives', async (t) => {
    const claims = JSON.stringify({
      userinfo: { phone_number: null, made_up: null },
      id_token: { birthdate: { essential: true }, acr: null },
    });
    const id = await requestOf(bank, { scope: 'openid api:read', claims, resource: api });
    const ada = await signedIn(postern);
    const page = await requests(postern, ada);
    t.match(page.body, 'See this personal information');
    for (const [claim, words] of Object.entries({ phone_number: 'Phone number', birthdate: 'Date of birth' }))
      t.match(page.body, `<dd>${words}</dd>`, claim);
    t.notMatch(
      page.body,
      /made_up|>acr</,
      'what a client never gets, or gets with every sign-in, is left out',
    );
    t.match(page.body, `Access <strong>${api}</strong>`, 'and which API the scopes are for');
    t.match(await ada.submit(page, { decision: 'deny' }), { body: /Denied/ });
    t.match(await poll(bank, id), { body: { error: 'access_denied' } });
  });

  await t.test('what is approved is redeemed once', async (t) => {
    const id = await requestOf(bank, { scope: 'openid email api:read', resource: api });
    const ada = await signedIn(postern);
    const page = await requests(postern, ada);
    const done = await ada.submit(page, { decision: 'allow' });
    t.match(done, { status: 200, body: /Approved/ });
    t.match(done.body, /No requests right now/);
    t.match(await ada.submit(page, { decision: 'deny' }), { status: 410 }, 'and answered once');

    const answers = await Promise.all(Array.from({ length: 6 }, () => poll(bank, id)));
    const won = answers.filter(({ status }) => status === 200);
    t.equal(won.length, 1);
    t.match(answers.find(({ status }) => status !== 200)?.body, { error: 'invalid_grant' });
    const body = won[0]?.body ?? {};
    t.match(body, { access_token: String, id_token: String, refresh_token: String });
    t.match(decodeJwt(String(body['id_token'])), {
      acr: 'low',
      amr: ['pwd'],
      auth_time: Number,
      aud: 'bank',
    });
    const refused = { status: 400, body: { error: 'invalid_grant' } };
    t.match(await bank.refresh(String(body['refresh_token'])), refused, 'a second use ends its tokens');
  });

  await t.test('what is approved ends with a new password, except with offline_access', async (t) => {
    const { clock, app } = postern;
    const { id: account } = await postern.addAccount({ username: 'eve', password });
    const eve = await signedIn(postern, 'eve');
    const approved = async (scope: string): Promise<string> => {
      const id = await requestOf(bank, { scope, login_hint: 'eve' });
      t.match(await eve.submit(await requests(postern, eve), { decision: 'allow' }), { body: /Approved/ });
      return id;
    };
    const tokensFor = async (scope: string) => (await poll(bank, await approved(scope))).body;
    const bound = await tokensFor('openid email');
    const kept = await tokensFor('openid email offline_access');
    const late = await approved('openid email');
    const refreshed = await bank.refresh(String(bound['refresh_token']));
    t.equal(refreshed.status, 200);

    t.teardown(clock.restore);
    clock.advance(5);
    await app.services.accounts.setPassword(account, 'a lantern by the harbour', { keepTokens: true });
    t.match(await bank.refresh(String(refreshed.body['refresh_token'])), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    t.match(await poll(bank, late), { body: { error: 'invalid_grant' } }, 'also what was not redeemed yet');
    t.equal((await bank.refresh(String(kept['refresh_token']))).status, 200);
  });

  await t.test('of a concurrent Approve and Deny, one counts', async (t) => {
    const id = await requestOf(bank);
    const ada = await signedIn(postern);
    const page = await requests(postern, ada);
    const pages = await Promise.all(
      ['allow', 'deny', 'allow', 'deny'].map((decision) => ada.submit(page, { decision })),
    );
    const taken = pages.filter(({ status }) => status === 200);
    t.equal(taken.length, 1);
    const { status } = await poll(bank, id);
    t.equal(status, /Approved/.test(taken[0]?.body ?? '') ? 200 : 400);
  });

  await t.test('an acr that the sign-in does not reach is unmet', async (t) => {
    const ada = await signedIn(postern);
    const answered = async (parameters: Record<string, string>, said: RegExp) => {
      const id = await requestOf(bank, parameters);
      t.match(await ada.submit(await requests(postern, ada), { decision: 'allow' }), { body: said });
      return poll(bank, id);
    };
    const unmet = { status: 400, body: { error: 'unmet_authentication_requirements' } };
    t.match(await answered({ acr_values: 'high' }, /stronger sign-in/), unmet);
    const essential = acrClaim({ essential: true, values: ['high'] });
    t.match(await answered({ claims: essential }, /stronger sign-in/), unmet);
    t.equal(
      (await answered({ claims: acrClaim({ value: 'high' }) }, /Approved/)).status,
      200,
      'but a wish is',
    );
    t.equal((await answered({ acr_values: 'unknown low' }, /Approved/)).status, 200);
  });
});

const noAnswer = 0;

/** Each new ping gets the next of `answers`. A ping that is sent again is accepted. */
const listen = async (t: Test) => {
  const pings: { authorization: string | undefined; body: string }[] = [];
  const answers: number[] = [];
  let recorded = (): void => {};
  const { certificate, privateKey } = makeCertificate({ alternative: [san.ip(127, 0, 0, 1)] });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, certificate.toString()]);
  t.teardown(() => setDefaultCACertificates(trusted));
  const own = { cert: certificate.toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
  const server = createServer(own, (request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const isFirst = pings.every((ping) => ping.body !== body);
      pings.push({ authorization: request.headers.authorization, body });
      const answer = isFirst ? (answers.shift() ?? 204) : 204;
      if (answer === noAnswer) request.socket.destroy();
      else response.writeHead(answer).end();
      recorded();
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const wait = async (count: number): Promise<void> => {
    while (pings.length < count) {
      await new Promise<void>((resolve) => {
        recorded = resolve;
      });
    }
  };
  return { url: `https://127.0.0.1:${port}/ping`, pings, answers, wait };
};

t.test('ping notifies the client and retries (OpenID Connect CIBA §10.2)', async (t) => {
  const listener = await listen(t);
  const postern = await startInProcess(t, configOf(listener.url));
  const shop = new RelyingParty(postern.issuer, 'shop');
  const id = await requestOf(shop, { client_notification_token: 'tell-me-with-this' });
  listener.answers.push(500);
  const ada = await signedIn(postern);
  await ada.submit(await requests(postern, ada), { decision: 'allow' });
  await listener.wait(2);
  for (const ping of listener.pings) {
    t.equal(ping.authorization, 'Bearer tell-me-with-this');
    t.same(JSON.parse(ping.body), { auth_req_id: id });
  }
  t.equal((await poll(shop, id)).status, 200);
});

t.test('a ping is sent again where another try may help (OpenID Connect CIBA §10.2)', async (t) => {
  const listener = await listen(t);
  const postern = await startInProcess(t, configOf(listener.url));
  const shop = new RelyingParty(postern.issuer, 'shop');
  const ada = await signedIn(postern);
  const first = [408, 425, 429, 503, noAnswer];
  listener.answers.push(...first);
  for (const [at] of first.entries()) {
    await requestOf(shop, { client_notification_token: 'tell-me-with-this' });
    await ada.submit(await requests(postern, ada), { decision: 'allow' });
    await waitFor('the ping', () => new Set(listener.pings.map(({ body }) => body)).size > at);
  }
  const deliveries = () => postern.events.filter(({ type }) => type === 'delivery');
  await waitFor('all to be delivered', () => deliveries().length === first.length);
  for (const [at, delivery] of deliveries().entries())
    t.match(delivery, { outcome: 'ok', details: { kind: 'ping', tries: 2 } }, String(first[at]));
  t.equal(listener.pings.length, 2 * first.length);
});

t.test('a ping that the client refuses is not sent again (OpenID Connect CIBA §10.2)', async (t) => {
  const listener = await listen(t);
  const postern = await startInProcess(t, configOf(listener.url));
  const shop = new RelyingParty(postern.issuer, 'shop');
  const deliveries = () => postern.events.filter(({ type }) => type === 'delivery');
  const ada = await signedIn(postern);
  for (const status of [400, 401, 403, 404, 410, 302]) {
    const before = deliveries().length;
    await requestOf(shop, { client_notification_token: 'tell-me-with-this' });
    listener.answers.push(status);
    await ada.submit(await requests(postern, ada), { decision: 'allow' });
    await waitFor('the delivery', () => deliveries().length > before);
    t.match(deliveries().at(-1), { outcome: 'failed', details: { kind: 'ping', tries: 1 } }, String(status));
  }
  t.equal(listener.pings.length, 6);
  t.equal((await postern.store.list('outbox', 'due', { limit: 1 })).items.length, 0, 'nothing waits');
});
