import t from 'tap';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { Browser, basicAuthorization, secret } from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

t.test('an unknown Host is refused at every endpoint (CWE-644)', async (t) => {
  const { issuer, host, events, stored } = await startSecurityTest(t);
  const documents = await stored();
  const port = new URL(issuer).port;
  const hosts = [
    'evil.test',
    `evil.test:${port}`,
    `localhost.evil.test:${port}`,
    `localhost:${port}.evil.test`,
    `x@localhost:${port}`,
    `localhost.:${port}`,
    'localhost',
    `localhost:${Number(port) + 1}`,
    `localhost:${port}:80`,
    `localhost:0${port}`,
    `localhost:${port}/oauth`,
    `localhost:${port}, evil.test`,
    '',
  ];
  const endpoints = [
    '/',
    '/.well-known/openid-configuration',
    '/oauth/jwks',
    '/oauth/authorize',
    '/oauth/device',
    '/userinfo',
    '/interaction/x',
    '/nothing',
  ];
  for (const one of hosts) {
    for (const endpoint of endpoints) {
      const { status, body } = await sendRaw(issuer, rawRequest('GET', endpoint, { Host: one }));
      t.equal(status, 421, `${endpoint} for ${one}`);
      t.notMatch(body, /evil\.test/, 'the name is not echoed');
    }
    const body = 'grant_type=client_credentials';
    for (const endpoint of ['/oauth/token', '/api/v1/tokens', '/oauth/par']) {
      const bytes = rawRequest(
        'POST',
        endpoint,
        { Host: one, ...basicAuthorization('app', secret), 'Content-Length': String(body.length) },
        body,
      );
      t.equal((await sendRaw(issuer, bytes)).status, 421, `POST ${endpoint} for ${one}`);
    }
  }
  t.match(events.at(-1), { type: 'request.refused', outcome: 'refused', reason: 'misdirected_request' });
  t.equal(await stored(), documents);
  t.equal(
    (await sendRaw(issuer, rawRequest('GET', '/livez', { Host: 'evil.test' }))).status,
    200,
    'health checks use the address',
  );
  t.equal(
    (await sendRaw(issuer, rawRequest('GET', '/oauth/jwks', { Host: host.toUpperCase() }))).status,
    200,
  );
});

t.test('forwarding headers from an untrusted address are ignored (CWE-348)', async (t) => {
  const { issuer, host, events } = await startSecurityTest(t);
  const spoofed = {
    'X-Forwarded-Host': 'evil.test',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Port': '444',
    'X-Forwarded-Server': 'evil.test',
    'X-Forwarded-For': '198.51.100.66',
    'X-Forwarded-Prefix': '/evil',
    'X-Real-IP': '198.51.100.66',
    'X-Host': 'evil.test',
    'X-Original-Host': 'evil.test',
    Forwarded: 'for=198.51.100.66;host=evil.test;proto=https',
  };
  for (const path of ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    const plain = await sendRaw(issuer, rawRequest('GET', path, { Host: host }));
    const answer = await sendRaw(issuer, rawRequest('GET', path, { Host: host, ...spoofed }));
    t.same(JSON.parse(answer.body), JSON.parse(plain.body), `${path} is the same`);
  }
  const body = 'grant_type=client_credentials';
  const token = await sendRaw(
    issuer,
    rawRequest(
      'POST',
      '/oauth/token',
      {
        Host: host,
        ...spoofed,
        ...basicAuthorization('app', 'wrong'),
        'Content-Type': 'application/x-www-form-urlencoded',
        'Content-Length': String(body.length),
      },
      body,
    ),
  );
  t.equal(token.status, 401);
  t.notMatch(token.text, /evil\.test/);
  t.match(
    events.at(-1),
    { reason: 'invalid_client', address: '127.0.0.1' },
    'the address is that of the connection',
  );

  for (const path of [
    '/',
    '/errors/invalid_grant',
    '/oauth/device',
    '/oauth/logout',
    '/oauth/authorize?client_id=app',
  ]) {
    const page = await new Browser().open(`${issuer}${path}`, {
      headers: { ...spoofed, accept: 'text/html' },
    });
    t.notMatch(page.body + [...page.headers].join(), /evil\.test|\/evil|198\.51/, `${path} is ours`);
  }
});

t.test('from a trusted proxy the client address is used, but no host name', async (t) => {
  const { issuer, host, events } = await startSecurityTest(t, { proxy: { trusted: ['127.0.0.1'] } });
  const answer = await sendRaw(
    issuer,
    rawRequest('GET', '/.well-known/openid-configuration', {
      Host: host,
      'X-Forwarded-Host': 'evil.test',
      'X-Forwarded-Proto': 'https',
    }),
  );
  t.equal(answer.status, 200);
  t.notMatch(answer.text, /evil\.test/);
  t.match(JSON.parse(answer.body), { issuer, token_endpoint: `${issuer}/oauth/token` });
  const body = 'grant_type=client_credentials';
  const post = (path: string, type: string, text: string, forwarded = '203.0.113.9, 192.0.2.4') =>
    sendRaw(
      issuer,
      rawRequest(
        'POST',
        path,
        {
          Host: host,
          'X-Forwarded-For': forwarded,
          'Content-Type': type,
          ...basicAuthorization('app', 'wrong'),
          'Content-Length': String(text.length),
        },
        text,
      ),
    );
  for (const path of ['/oauth/token', '/token', '/oauth/introspect']) {
    await post(path, 'application/x-www-form-urlencoded', `${body}&token=x`);
    t.match(
      events.at(-1),
      { reason: 'invalid_client', address: '192.0.2.4' },
      `${path}: the last one it added`,
    );
  }
  const json = JSON.stringify({ authorization_code: 'x'.repeat(40), redirect_uri: 'https://a.example' });
  await post('/api/v1/tokens', 'application/json', json);
  t.match(events.at(-1), { reason: 'invalid_client', address: '192.0.2.4' });

  const addresses = {
    unknown: '127.0.0.1',
    '203.0.113.9, evil.test': '127.0.0.1',
    '203.0.113.9, _hidden, 127.0.0.1': '127.0.0.1',
    '203.0.113.9,': '127.0.0.1',
    'unknown, 192.0.2.4': '192.0.2.4',
    '192.0.2.4:50000': '192.0.2.4',
    '2001:db8::4': '2001:db8::4',
    '[2001:db8::4]:50000': '2001:db8::4',
    '[2001:db8::4]': '2001:db8::4',
  };
  for (const [forwarded, address] of Object.entries(addresses)) {
    await post('/api/v1/tokens', 'application/json', json, forwarded);
    t.equal(events.at(-1)?.address, address, `what is no address counts for nothing: ${forwarded}`);
    await post('/oauth/token', 'application/x-www-form-urlencoded', body, forwarded);
    t.equal(events.at(-1)?.address, address);
  }
});

t.test('the default port of the issuer may be in Host (RFC 9110 §4.2.3)', async (t) => {
  const { server } = await startSecurityTest(t, { issuer: 'https://op.test' });
  const address = `http://127.0.0.1:${new URL(server.app.server.listeningOrigin).port}`;
  const statusFor = async (host: string) =>
    (await sendRaw(address, rawRequest('GET', '/.well-known/openid-configuration', { Host: host }))).status;
  for (const host of ['op.test:80', 'op.test:8443', 'evil.test:443'])
    t.equal(await statusFor(host), 421, host);
  for (const host of ['op.test', 'op.test:443', 'OP.test:443']) t.equal(await statusFor(host), 200, host);
});
