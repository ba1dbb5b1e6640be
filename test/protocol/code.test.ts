import t from 'tap';
import { assertEach } from '../support/assert-each.ts';
import {
  Browser,
  codeFor,
  httpGet,
  newVerifier,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const person = { grant_types: ['authorization_code', 'refresh_token'], first_party: true };
const server = await startInProcess(t, {
  accounts: usualConfig.accounts,
  clients: [
    ...usualConfig.clients,
    { client_id: 'spa', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri], ...person },
    {
      client_id: 'certified',
      client_secret: secret,
      redirect_uris: [redirectUri],
      pkce: 'exempt',
      ...person,
    },
    {
      client_id: 'desktop',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      redirect_uris: ['http://127.0.0.1/back', 'com.example.app:/back'],
      grant_types: ['authorization_code'],
    },
  ],
});
const { issuer } = server;
const app = new RelyingParty(issuer);
const spa = new RelyingParty(issuer, 'spa', '');
const browser = new Browser();
await codeFor(app, browser);

t.test(
  'a request without a challenge, or with a plain one, gets no code (RFC 7636 §4.4.1, RFC 9700 §2.1.1)',
  async (t) => {
    for (const party of [app, spa]) {
      for (const parameters of [
        { code_challenge: '', code_challenge_method: '' },
        { code_challenge: '' },
        { code_challenge_method: 'plain' },
        { code_challenge_method: '' },
        { code_challenge: 'too-short' },
      ]) {
        const answer = redirectParameters(
          await browser.request(party.authorizationUrl(newVerifier(), parameters)),
        );
        t.equal(answer.get('error'), 'invalid_request', `${party.id} ${JSON.stringify(parameters)}`);
        t.equal(answer.get('code'), null);
      }
    }
  },
);

t.test('only the verifier of the challenge redeems the code (RFC 7636 §4.6)', async (t) => {
  for (const party of [app, spa]) {
    const { code, verifier } = await codeFor(party, browser);
    for (const wrong of [newVerifier(), '', verifier.toUpperCase(), `${verifier}x`]) {
      const { status, body } = await party.redeem(code, wrong);
      t.equal(status, 400, 'another one');
      t.match(body['error'], /^invalid_(grant|request)$/);
    }
    t.equal((await party.redeem(code, verifier)).status, 200, 'and a mistake before does not spoil it');
  }
});

t.test(
  'an exempt client may omit the challenge, but not the verifier once it sent one (RFC 9700 §2.1.1)',
  async (t) => {
    const party = new RelyingParty(issuer, 'certified');
    const free = await codeFor(party, browser, { code_challenge: '', code_challenge_method: '' });
    const fields = { grant_type: 'authorization_code', redirect_uri: redirectUri };
    const downgraded = await party.redeem(free.code, free.verifier);
    t.equal(downgraded.status, 400, 'a verifier without a challenge is an attack');
    const again = await codeFor(party, browser, { code_challenge: '', code_challenge_method: '' });
    t.equal((await party.post('/oauth/token', { ...fields, code: again.code })).status, 200);
    const held = await codeFor(party, browser);
    t.equal((await party.post('/oauth/token', { ...fields, code: held.code })).status, 400);
  },
);

t.test('a code is redeemed once, however many requests race (RFC 6749 §4.1.2)', async (t) => {
  const { code, verifier } = await codeFor(app, browser);
  const answers = await Promise.all(Array.from({ length: 50 }, () => app.redeem(code, verifier)));
  t.equal(answers.filter(({ status }) => status === 200).length, 1);
  assertEach(t, answers, ({ status, body }) => status === 200 || body['error'] === 'invalid_grant');
});

t.test('a code is bound to its client and redirect URI (RFC 6749 §4.1.3)', async (t) => {
  const { code, verifier } = await codeFor(app, browser);
  t.equal((await spa.redeem(code, verifier)).body['error'], 'invalid_grant', 'of another client');
  const elsewhere = await app.redeem(code, verifier, { redirect_uri: `${redirectUri}/` });
  t.equal(elsewhere.body['error'], 'invalid_grant', 'from another address');
  t.equal((await app.redeem(code, verifier, { redirect_uri: '' })).status, 400, 'from nowhere');
});

t.test('only code is offered, and no response in the fragment (RFC 9700 §2.1.2, §4.3.2)', async (t) => {
  for (const response_type of ['token', 'id_token', 'code id_token', 'code token', 'none', '']) {
    const page = await browser.request(app.authorizationUrl(newVerifier(), { response_type }));
    const location = page.headers.get('location') ?? '';
    t.notMatch(location, /access_token|id_token=/, response_type);
    t.match(location, /error=(unsupported_response_type|invalid_request)/, response_type);
  }
});

t.test('a redirect URI is compared as exact text (RFC 9700 §2.1)', async (t) => {
  const { origin, pathname } = new URL(redirectUri);
  for (const uri of [
    `${redirectUri}/`,
    `${redirectUri}?a=b`,
    `${redirectUri}#x`,
    `${origin}${pathname.toUpperCase()}`,
    `${origin}/x/..${pathname}`,
    redirectUri.replace('4999', '4998'),
    redirectUri.replace('localhost', 'localhost.evil.example'),
    redirectUri.replace('//', '//user@'),
  ]) {
    const page = await browser.request(app.authorizationUrl(newVerifier(), { redirect_uri: uri }));
    t.equal(page.status, 400, uri);
    t.equal(page.headers.get('location'), null, 'there is no redirect, not even with an error');
  }
});

t.test('a native app may use any loopback port, and no other address (RFC 8252 §7.3, §8.10)', async (t) => {
  const desktop = new RelyingParty(issuer, 'desktop', '');
  const ask = (redirect_uri: string) =>
    browser.open(desktop.authorizationUrl(newVerifier(), { redirect_uri }), {
      headers: { accept: 'text/html' },
    });
  for (const uri of ['http://127.0.0.1:51423/back', 'http://127.0.0.1/back', 'com.example.app:/back']) {
    t.match((await ask(uri)).body, 'consent-allow', uri);
  }
  for (const uri of [
    'http://127.0.0.1:51423/other',
    'http://127.0.0.2:51423/back',
    'com.example.app:/other',
  ]) {
    t.equal((await ask(uri)).status, 400, uri);
  }
});

t.test(
  'the metadata is complete, and the same at both addresses (RFC 8414 §3, OpenID Connect Discovery §4)',
  async (t) => {
    const oauth = await httpGet(`${issuer}/.well-known/oauth-authorization-server`);
    const openid = await httpGet(`${issuer}/.well-known/openid-configuration`);
    t.same(oauth.body, openid.body);
    t.match(oauth.body, {
      issuer,
      authorization_endpoint: `${issuer}/oauth/authorize`,
      token_endpoint: `${issuer}/oauth/token`,
      jwks_uri: `${issuer}/oauth/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
    });
    for (const [name, values] of Object.entries(oauth.body)) {
      if (name.endsWith('signing_alg_values_supported')) t.notMatch(values, ['none'], name);
    }
  },
);
