import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A client gets a personal claim only if a scope that it may use releases the claim, in whichever way it asks.

const ciba = 'urn:openid:params:grant-type:ciba';

const web = (client_id: string, more: object = {}) => ({
  client_id,
  client_secret: secret,
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  ...more,
});

const server = await startInProcess(t, {
  ...usualConfig,
  accounts: [
    {
      username: 'ada',
      password,
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      claims: { cost_center: 7, department: 'Engines', salary: 'unscoped' },
    },
  ],
  claims: { work: ['cost_center', 'department'] },
  clients: [
    ...usualConfig.clients,
    web('bare', { scope: 'openid' }),
    web('bare-first', { scope: 'openid', first_party: true }),
    web('bare-all', { scope: 'openid', first_party: true, id_token_claims: 'all' }),
    web('mail', { scope: 'openid email' }),
    web('some', { first_party: true, id_token_claims: ['email', 'cost_center'] }),
    web('some-narrow', {
      scope: 'openid work',
      first_party: true,
      id_token_claims: ['email', 'cost_center'],
    }),
    web('worker', { scope: 'openid work', first_party: true }),
    web('caller', {
      scope: 'openid',
      grant_types: [ciba],
      redirect_uris: [],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    }),
  ],
  registration: { enabled: true, scopes: ['openid'] },
});

const everything = { email: null, name: { essential: true }, cost_center: null, salary: null, made_up: null };
const claims = JSON.stringify({ userinfo: everything, id_token: everything });

const userinfo = async (accessToken: unknown): Promise<Record<string, unknown>> => {
  const headers = { authorization: `Bearer ${accessToken}` };
  // The response of userinfo is a JSON object.
  return (await (await fetch(`${server.issuer}/userinfo`, { headers })).json()) as Record<string, unknown>;
};

const receivedBy = async (party: RelyingParty, parameters: Record<string, string>) => {
  const browser = new Browser();
  const { code, verifier } = await codeFor(party, browser, parameters);
  const { body } = await party.redeem(code, verifier);
  return {
    body,
    idToken: decodeJwt(String(body['id_token'])),
    person: await userinfo(body['access_token']),
  };
};

const personal = ['email', 'name', 'cost_center', 'department', 'salary', 'made_up'];
const namesIn = (claimsReceived: object): string[] =>
  Object.keys(claimsReceived).filter((name) => personal.includes(name));

t.test('the claims parameter reaches no further than the scopes of the client', async (t) => {
  for (const id of ['bare', 'bare-first', 'bare-all']) {
    const { idToken, person } = await receivedBy(new RelyingParty(server.issuer, id), {
      scope: 'openid',
      claims,
    });
    t.same(namesIn(person), [], `${id} at userinfo`);
    t.same(namesIn(idToken), [], `${id} in the id token`);
    t.match(person, { sub: idToken.sub });
  }
  const { idToken, person } = await receivedBy(new RelyingParty(server.issuer, 'mail'), {
    scope: 'openid',
    claims,
  });
  t.match(
    person,
    { email: 'ada@example.com' },
    'a scope that it may use suffices, also when it is not requested',
  );
  t.same(namesIn(person), ['email']);
  t.same(namesIn(idToken), ['email']);
});

t.test(
  'a client that registered itself gets the claims of the scopes that the operator allows',
  async (t) => {
    const response = await fetch(`${server.issuer}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ redirect_uris: [redirectUri] }),
    });
    // The response of a registration has this shape (RFC 7591 §3.2.1).
    const client = (await response.json()) as { client_id: string; client_secret: string };
    const party = new RelyingParty(server.issuer, client.client_id, client.client_secret);
    const { idToken, person } = await receivedBy(party, { scope: 'openid', claims });
    t.same(namesIn(person), []);
    t.same(namesIn(idToken), []);
  },
);

t.test('the consent page asks for nothing that the client can not receive', async (t) => {
  const party = new RelyingParty(server.issuer, 'mail');
  const browser = new Browser();
  const login = await browser.open(
    party.authorizationUrl(newVerifier(), { scope: 'openid', claims, prompt: 'consent' }),
  );
  const consent = await browser.submit(login, { login: 'ada', password });
  t.match(consent.body, 'claim:email');
  for (const name of ['name', 'cost_center', 'salary', 'made_up']) t.notMatch(consent.body, `claim:${name}"`);
  const declined = await browser.submit(consent, { decision: 'allow', 'claim:email': 'no' });
  t.ok(redirectParameters(declined).get('code'));
});

t.test('claims of the operator are released by their scope, which a client can be limited to', async (t) => {
  const party = new RelyingParty(server.issuer, 'worker');
  const byClaims = await receivedBy(party, { scope: 'openid', claims });
  t.same(namesIn(byClaims.person), ['cost_center']);
  t.same(namesIn(byClaims.idToken), ['cost_center']);
  const byScope = await receivedBy(party, { scope: 'openid work' });
  t.match(byScope.body, { scope: 'openid work' });
  t.same(namesIn(byScope.person).toSorted(), ['cost_center', 'department']);
});

t.test(
  'a list in id_token_claims puts these claims into id tokens, as far as scopes release them',
  async (t) => {
    const some = new RelyingParty(server.issuer, 'some');
    const bare = await receivedBy(some, { scope: 'openid' });
    t.same(namesIn(bare.idToken), [], 'the person was asked for no scope');
    const whole = await receivedBy(some, { scope: 'openid profile email work' });
    t.same(namesIn(whole.idToken).toSorted(), ['cost_center', 'email'], 'no name and no department');
    t.same(namesIn(whole.person).toSorted(), ['cost_center', 'department', 'email', 'name']);
    const refreshed = await some.refresh(String(whole.body['refresh_token']));
    t.same(namesIn(decodeJwt(String(refreshed.body['id_token']))).toSorted(), ['cost_center', 'email']);
    const narrow = new RelyingParty(server.issuer, 'some-narrow');
    const { idToken } = await receivedBy(narrow, { scope: 'openid work', claims });
    t.same(namesIn(idToken), ['cost_center'], 'email is beyond the scopes of the client');
    const { clients } = server.app.services;
    const misspelled = { redirect_uris: [redirectUri], id_token_claims: ['emial'] };
    await t.rejects(clients.add({ metadata: misspelled, secret }), {
      message: /emial, which no scope releases/,
    });
    const { runInProcess } = await openCommandFolder(t);
    const configured = `clients=[{client_id: x, redirect_uris: ["${redirectUri}"], id_token_claims: [emial]}]`;
    const checked = await runInProcess(['config', 'check', '--set', configured]);
    t.equal(checked.exit, 78);
    t.match(checked.err, /Client x: id_token_claims names emial/);
  },
);

t.test('id tokens have the claims that were requested for them (OpenID Connect Core §5.5)', async (t) => {
  const party = new RelyingParty(server.issuer);
  const idTokenOnly = JSON.stringify({ id_token: { email: null, salary: null } });
  const { body, idToken, person } = await receivedBy(party, { scope: 'openid profile', claims: idTokenOnly });
  t.match(idToken, { email: 'ada@example.com' });
  t.same(namesIn(idToken), ['email'], 'those of scopes stay at userinfo');
  t.same(namesIn(person), ['name'], 'and those that were requested for the id token are not at userinfo');
  t.equal(String(body['access_token']).split('.').length, 3, 'the access token is a JWT');
  const refreshed = await party.refresh(String(body['refresh_token']));
  t.same(namesIn(decodeJwt(String(refreshed.body['id_token']))), ['email'], 'after a refresh too');
});

t.test('a claim that the person declines is in no id token', async (t) => {
  const party = new RelyingParty(server.issuer, 'mail');
  const verifier = newVerifier();
  const browser = new Browser();
  const login = await browser.open(
    party.authorizationUrl(verifier, {
      scope: 'openid',
      prompt: 'consent',
      claims: JSON.stringify({ id_token: { email: null } }),
    }),
  );
  const consent = await browser.submit(login, { login: 'ada', password });
  const back = await browser.submit(consent, { decision: 'allow', 'claim:email': 'no' });
  const { body } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier);
  t.same(namesIn(decodeJwt(String(body['id_token']))), []);
});

t.test('pushed requests and backchannel requests follow the same rule', async (t) => {
  const party = new RelyingParty(server.issuer, 'bare-first');
  const verifier = newVerifier();
  const parameters = new URL(party.authorizationUrl(verifier, { scope: 'openid', claims })).searchParams;
  const pushed = await party.post('/oauth/par', Object.fromEntries(parameters));
  t.equal(pushed.status, 201);
  const query = new URLSearchParams({
    client_id: party.id,
    request_uri: String(pushed.body['request_uri']),
  });
  const browser = new Browser();
  const login = await browser.open(`${server.issuer}/oauth/authorize?${query}`);
  const back = await browser.submit(login, { login: 'ada', password });
  const { body } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier);
  t.same(namesIn(await userinfo(body['access_token'])), []);
  t.same(namesIn(decodeJwt(String(body['id_token']))), []);

  const caller = new RelyingParty(server.issuer, 'caller');
  const begun = await caller.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada', claims });
  const requests = await browser.open(`${server.issuer}/account/requests`);
  t.match(await browser.submit(requests, { decision: 'allow' }), { body: /Approved/ });
  const tokens = await caller.post('/oauth/token', {
    grant_type: ciba,
    auth_req_id: String(begun.body['auth_req_id']),
  });
  t.equal(tokens.status, 200);
  t.same(namesIn(await userinfo(tokens.body['access_token'])), []);
  t.same(namesIn(decodeJwt(String(tokens.body['id_token']))), []);
});
