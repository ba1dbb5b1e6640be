import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  Browser,
  basicAuthorization,
  codeFor,
  newVerifier,
  postForm,
  type RelyingParty,
  redirectParameters,
  redirectUri,
} from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

const active = async (party: RelyingParty, token: unknown): Promise<unknown> =>
  (await party.post('/oauth/introspect', { token: String(token) })).body['active'];

t.test("PKCE can't be downgraded (RFC 9700 §2.1.1, §4.8)", async (t) => {
  const { app, spa, events } = await startSecurityTest(t);
  for (const party of [app, spa]) {
    const browser = new Browser();
    for (const [name, change] of Object.entries({
      'no challenge': { code_challenge: undefined, code_challenge_method: undefined },
      plain: { code_challenge_method: 'plain' },
      'no method': { code_challenge_method: undefined },
      'an unknown method': { code_challenge_method: 'S512' },
      'an empty challenge': { code_challenge: '' },
      'a short challenge': { code_challenge: 'a'.repeat(42) },
      'a challenge with other characters': { code_challenge: `${'a'.repeat(42)}=` },
      'only a method': { code_challenge: undefined },
    })) {
      const url = new URL(party.authorizationUrl(newVerifier()));
      for (const [key, value] of Object.entries(change)) {
        if (value === undefined) url.searchParams.delete(key);
        else url.searchParams.set(key, value);
      }
      const page = await browser.request(url.href);
      t.match(String(redirectParameters(page)), /error=invalid_request/, `${party.id}: ${name}`);
      t.match(events.at(-1), { type: 'authorization.refused', reason: 'invalid_request' });
    }
    const verifier = newVerifier();
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const wrong: Readonly<Record<string, string | undefined>> = {
      'no verifier': undefined,
      'an empty one': '',
      'another one': newVerifier(),
      'the challenge itself': challenge,
      'one with a tail': `${verifier}a`,
      'one in capitals': verifier.toUpperCase(),
    };
    for (const [name, code_verifier] of Object.entries(wrong)) {
      const { code } = await codeFor(party, browser);
      const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
      const answer = await party.post('/oauth/token', {
        ...fields,
        ...(code_verifier !== undefined && { code_verifier }),
      });
      t.equal(answer.status, 400, `${party.id}: ${name}`);
      t.match(answer.body, { error: 'invalid_grant' });
    }
  }
});

t.test('a code of one client, session or redirect URI is refused for another (RFC 9700 §4.5)', async (t) => {
  const { issuer, app, other, spa, events } = await startSecurityTest(t);
  const browser = new Browser();
  const refused = async (
    name: string,
    redeem: (code: string, verifier: string) => Promise<{ status: number; body: object }>,
  ) => {
    const { code, verifier } = await codeFor(app, browser);
    const answer = await redeem(code, verifier);
    t.equal(answer.status, 400, name);
    t.match(answer.body, { error: /^(invalid_(grant|request)|unauthorized_client)$/ });
    t.notOk('access_token' in answer.body);
    t.match(events.at(-1), { type: 'token.refused', outcome: 'refused' });
    t.equal(
      (await app.redeem(code, verifier)).status,
      200,
      `${name}: the rightful client still has its code`,
    );
  };
  await refused('by another confidential client', (code, verifier) => other.redeem(code, verifier));
  await refused('by a public client', (code, verifier) => spa.redeem(code, verifier));
  await refused('with another redirect URI', (code, verifier) =>
    app.redeem(code, verifier, { redirect_uri: 'http://localhost:4999/other' }),
  );
  await refused('with a redirect URI that looks the same', (code, verifier) =>
    app.redeem(code, verifier, { redirect_uri: `${redirectUri}/` }),
  );
  await refused('as a refresh token', (code) =>
    app.post('/oauth/token', { grant_type: 'refresh_token', refresh_token: code }),
  );
  await refused('as a device code', (code) =>
    app.post('/oauth/token', {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: code,
    }),
  );
  await refused('as two codes', (code, verifier) =>
    postForm(
      `${issuer}/oauth/token`,
      [
        ['grant_type', 'authorization_code'],
        ['code', code],
        ['code', 'x'],
        ['redirect_uri', redirectUri],
        ['code_verifier', verifier],
      ],
      basicAuthorization('app'),
    ),
  );
  await refused('cut short', (code, verifier) => app.redeem(code.slice(0, -1), verifier));
  await refused('with a tail', (code, verifier) => app.redeem(`${code}a`, verifier));

  const { code, verifier } = await codeFor(app, browser);
  for (const path of ['/oauth/introspect', '/oauth/revoke']) await app.post(path, { token: code });
  t.equal(
    (await app.redeem(code, verifier)).status,
    200,
    'introspecting a code neither reveals nor consumes it',
  );
});

t.test('a second use revokes everything of the grant (RFC 9700 §2.1.1, §4.14.2)', async (t) => {
  const { issuer, app, spa, events, server } = await startSecurityTest(t, {
    tokens: { refresh_reuse_window: 0 },
  });
  const browser = new Browser();
  const userinfo = async (token: unknown) =>
    (await fetch(`${issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status;
  const signIn = async (party: RelyingParty) => {
    const { code, verifier } = await codeFor(party, browser, {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    return { code, verifier, tokens: (await party.redeem(code, verifier)).body };
  };

  const first = await signIn(app);
  t.equal(await userinfo(first.tokens['access_token']), 200);
  t.equal((await app.redeem(first.code, first.verifier)).status, 400, 'a code, replayed');
  t.match(
    events.findLast(({ type }) => type === 'token.refused'),
    { reason: 'invalid_grant', client: 'app' },
  );
  t.equal(await userinfo(first.tokens['access_token']), 401);
  t.equal(await active(app, first.tokens['refresh_token']), false);

  const second = await signIn(spa);
  const stolen = String(second.tokens['refresh_token']);
  const { body: renewed } = await spa.refresh(stolen);
  t.ok(renewed['refresh_token'] && renewed['refresh_token'] !== stolen);
  await sleep(5);
  t.equal((await spa.refresh(stolen)).status, 400, 'a refresh token, replayed');
  t.equal((await spa.refresh(String(renewed['refresh_token']))).status, 400, 'its successor is gone as well');
  t.equal(await userinfo(renewed['access_token']), 401);

  const third = await signIn(app);
  const token = String(third.tokens['refresh_token']);
  t.equal((await spa.refresh(token)).status, 400, 'the token of another client');
  t.equal(
    (await app.refresh(token, { scope: 'openid offline_access profile admin' })).status,
    400,
    'for more than was granted (RFC 6749 §6)',
  );
  t.equal((await app.refresh(token)).status, 200, 'neither of which spends it');
  t.ok(server);
});
