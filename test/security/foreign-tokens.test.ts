import t from 'tap';
import { Browser, codeFor } from '../support/setup/index.ts';
import { startSecurityTest, threeClients } from './security-test.ts';

t.test("a client can't introspect or revoke the tokens of others (RFC 7662 §4, RFC 7009 §5)", async (t) => {
  const { issuer, app, other, spa, events } = await startSecurityTest(t, {
    resources: [{ audience: 'https://api.example', scopes: ['read'] }],
    clients: threeClients.clients,
  });
  const { code, verifier } = await codeFor(app, new Browser(), {
    scope: 'openid offline_access',
    prompt: 'consent',
  });
  const { body } = await app.redeem(code, verifier);
  const machine = await app.post('/oauth/token', {
    grant_type: 'client_credentials',
    resource: 'https://api.example',
  });
  const tokens = [body['access_token'], body['refresh_token'], machine.body['access_token']].map(String);
  for (const token of tokens) {
    for (const hint of ['access_token', 'refresh_token', 'x', '__proto__']) {
      const asked = await other.post('/oauth/introspect', { token, token_type_hint: hint });
      t.same(asked.body, { active: false }, 'a foreign client sees inactive and no more');
    }
    t.equal(
      (await spa.post('/oauth/introspect', { token })).body['active'] ?? false,
      false,
      'a public client neither',
    );
    const anonymous = await fetch(`${issuer}/oauth/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    t.equal(anonymous.status, 400, 'an anonymous caller is refused');
    for (const stranger of [other, spa]) {
      const before = events.length;
      const ended = await stranger.post('/oauth/revoke', { token });
      t.ok(ended.status === 400 || ended.status === 200, `revocation by ${stranger.id}: ${ended.status}`);
      if (ended.status === 400) {
        t.equal(events.slice(before).filter(({ outcome }) => outcome === 'refused').length, 1);
      }
      t.notOk(
        events.slice(before).some(({ type }) => type.includes('revoked')),
        'nothing was revoked',
      );
    }
    t.equal((await app.post('/oauth/introspect', { token })).body['active'], true, 'it is as good as before');
  }
  const names = ['', 'x', '__proto__', '../x', 'a'.repeat(20_000), 'a.b.c', '..', '%00'];
  for (const token of names) {
    const asked = await app.post('/oauth/introspect', { token });
    t.ok(asked.status === 400 || asked.body['active'] === false, `nonsense: ${token.slice(0, 20)}`);
    t.ok([200, 400].includes((await app.post('/oauth/revoke', { token })).status));
  }
});

t.test('a pushed request is bound to its client and used once (RFC 9126 §7.1, §7.3)', async (t) => {
  const { app, other, issuer } = await startSecurityTest(t);
  const push = async () => {
    const parameters = Object.fromEntries(new URL(app.authorizationUrl('v'.repeat(43))).searchParams);
    return String((await app.post('/oauth/par', parameters)).body['request_uri']);
  };
  const follow = (client_id: string, request_uri: string, more: Readonly<Record<string, string>> = {}) =>
    new Browser().request(
      `${issuer}/oauth/authorize?${new URLSearchParams({ client_id, request_uri, ...more })}`,
    );
  const uri = await push();
  for (const [name, answer] of Object.entries({
    'another client': await follow(other.id, uri),
    'a public client': await follow('spa', uri),
    unknown: await follow('nobody', uri),
    'a made-up one': await follow('app', `${uri.slice(0, -4)}AAAA`),
    'one that leads elsewhere': await follow('app', 'https://127.0.0.1:1/request'),
    'a file': await follow('app', 'file:///etc/passwd'),
  })) {
    t.notMatch(answer.headers.get('location') ?? '', /interaction/, name);
    t.ok(
      answer.status === 400 || answer.headers.get('location')?.includes('error='),
      `${name}: ${answer.status}`,
    );
  }
  const tampered = await follow('app', uri, { redirect_uri: 'https://evil.test', scope: 'openid admin' });
  t.notMatch(tampered.headers.get('location') ?? '', /evil\.test/, 'parameters outside of it are ignored');
});
