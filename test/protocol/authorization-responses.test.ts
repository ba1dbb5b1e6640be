import { createRemoteJWKSet, jwtVerify } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  formOf,
  httpGet,
  newVerifier,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Fails without src/provider/overrides/response-modes.ts.

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    { ...usualConfig.clients[0], client_id: 'signed', authorization_signed_response_alg: 'EdDSA' },
    { ...usualConfig.clients[0], client_id: 'one-mode', response_modes: ['query.jwt'] },
  ],
});
const { issuer } = server;
const keys = createRemoteJWKSet(new URL('/oauth/jwks', issuer));
const app = new RelyingParty(issuer);
const browser = new Browser();
await codeFor(app, browser);

const answerTo = (parameters: Readonly<Record<string, string>>, party = app) =>
  browser.request(party.authorizationUrl(newVerifier(), { state: 'xyz', ...parameters }));

t.test('a response names its issuer, an error response too (RFC 9207 §2)', async (t) => {
  const good = redirectParameters(await answerTo({}));
  t.equal(good.get('iss'), issuer);
  t.equal(good.get('state'), 'xyz');
  const bad = redirectParameters(
    await answerTo({ prompt: 'none', max_age: '0', scope: 'openid nonsense', code_challenge: '' }),
  );
  t.equal(bad.get('iss'), issuer);
  t.equal(bad.get('state'), 'xyz');
  t.equal(bad.get('error'), 'invalid_request');
  t.equal(
    bad.get('error_uri'),
    `${issuer}/errors/invalid_request`,
    'and where it is explained (RFC 6749 §4.1.2.1)',
  );
  const { body } = await httpGet(`${issuer}/.well-known/oauth-authorization-server`);
  t.equal(body['authorization_response_iss_parameter_supported'], true);
});

t.test('a response may be a signed JWT (JARM §2.3)', async (t) => {
  for (const mode of ['jwt', 'query.jwt']) {
    const answer = redirectParameters(await answerTo({ response_mode: mode }));
    t.same([...answer.keys()], ['response'], `${mode}: and no other parameter`);
    const { payload, protectedHeader } = await jwtVerify(answer.get('response') ?? '', keys, {
      issuer,
      audience: 'app',
    });
    t.ok(payload['code']);
    t.equal(payload['state'], 'xyz');
    t.ok((payload.exp ?? 0) * 1000 <= Date.now() + 600_000, 'for ten minutes at most');
    t.equal(protectedHeader.alg, 'RS256');
  }
  const other = redirectParameters(
    await answerTo({ response_mode: 'jwt' }, new RelyingParty(issuer, 'signed')),
  );
  const { protectedHeader } = await jwtVerify(other.get('response') ?? '', keys, { audience: 'signed' });
  t.equal(protectedHeader.alg, 'EdDSA', 'by what the client registered (JARM §3)');
});

t.test('an error may be a signed JWT (JARM §2.1)', async (t) => {
  const answer = redirectParameters(await answerTo({ response_mode: 'jwt', code_challenge: '' }));
  const { payload } = await jwtVerify(answer.get('response') ?? '', keys, { issuer, audience: 'app' });
  t.match(payload, { error: 'invalid_request', error_uri: `${issuer}/errors/invalid_request`, state: 'xyz' });
});

t.test(
  'a form carries the response, with a button for browsers without scripts (Form Post Response Mode §2)',
  async (t) => {
    const party = new RelyingParty(issuer);
    for (const mode of ['form_post', 'form_post.jwt']) {
      const page = await answerTo({ response_mode: mode }, party);
      t.equal(page.status, 200);
      t.equal(page.headers.get('cache-control'), 'no-store');
      const policy = page.headers.get('content-security-policy') ?? '';
      t.match(policy, /form-action 'self' http:\/\/localhost:4999/, 'it may be posted there');
      t.notMatch(page.body, /<script(?![^>]*\bsrc=)/, 'without a script in the page');
      t.match(page.body, 'form-post-submit');
      const { action, hidden } = formOf(page.body);
      t.equal(action, 'http://localhost:4999/callback');
      if (mode === 'form_post') t.match(hidden, { code: /./, state: 'xyz', iss: issuer });
      else {
        t.same(Object.keys(hidden), ['response']);
        const { payload } = await jwtVerify(hidden['response'] ?? '', keys, { issuer, audience: 'app' });
        t.ok(payload['code']);
      }
    }
    const failed = await answerTo({
      response_mode: 'form_post',
      code_challenge: '',
      state: '"><script>alert(1)</script>',
    });
    t.equal(failed.status, 400);
    t.notMatch(failed.body, '<script>alert');
    t.match(formOf(failed.body).hidden, { error: 'invalid_request', state: '"><script>alert(1)</script>' });
    const signed = await answerTo({ response_mode: 'form_post.jwt', code_challenge: '' });
    t.equal(signed.status, 400);
    t.same(Object.keys(formOf(signed.body).hidden), ['response']);
  },
);

t.test(
  'a client may use only the response modes it registered (OpenID Connect Registration §2)',
  async (t) => {
    const party = new RelyingParty(issuer, 'one-mode');
    const page = await answerTo({ response_mode: 'query' }, party);
    t.equal(redirectParameters(page).get('error'), 'invalid_request');
    t.ok(redirectParameters(await answerTo({ response_mode: 'query.jwt' }, party)).get('response'));
    t.equal(
      redirectParameters(await answerTo({ response_mode: 'web_message' })).get('error'),
      'unsupported_response_mode',
    );
  },
);
