import { gzipSync } from 'node:zlib';
import t from 'tap';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

const body = 'grant_type=client_credentials';
const length = { 'Content-Length': String(body.length) };

t.test('bytes that proxies may read differently are refused and reach no handler', async (t) => {
  const { issuer, host, events, stored } = await startSecurityTest(t);
  const form = {
    Host: host,
    'Content-Type': 'application/x-www-form-urlencoded',
    Authorization: basicAuthorization('app', secret).authorization,
  };
  const token = (headers: Readonly<Record<string, string>>, content = body): string =>
    rawRequest('POST', '/oauth/token', { ...form, ...headers }, content);
  const good = await sendRaw(issuer, token(length));
  t.equal(good.status, 200, 'the request itself is good');
  const documents = await stored();

  const smuggled = '0\r\n\r\nPOST /oauth/token HTTP/1.1\r\nHost: x\r\n\r\n';
  const refused: Readonly<Record<string, string>> = {
    'two lengths (RFC 9112 §6.3)': token(length).replace(
      'Content-Length: 29',
      'Content-Length: 29\r\nContent-Length: 5',
    ),
    'two equal lengths as a list (CWE-444)': token({ 'Content-Length': '29, 29' }),
    'a length and chunks (RFC 9112 §6.1)': token({ ...length, 'Transfer-Encoding': 'chunked' }, smuggled),
    'a coding nobody knows': token({ 'Transfer-Encoding': 'xchunked' }, smuggled),
    'chunked twice': token({ 'Transfer-Encoding': 'chunked, chunked' }, smuggled),
    'chunked, but not last': token({ 'Transfer-Encoding': 'chunked, identity' }, smuggled),
    'a negative length': token({ 'Content-Length': '-1' }),
    'a length with a sign': token({ 'Content-Length': '+29' }),
    'a hexadecimal length': token({ 'Content-Length': '0x1d' }),
    'a space before the colon (RFC 9112 §5.1)': token(length).replace('Authorization:', 'Authorization :'),
    'a folded header (RFC 9112 §5.2)': token(length).replace(
      'Connection: close',
      'Connection: close\r\n X-A: b',
    ),
    'bare line feeds': token(length).replaceAll('\r\n', '\n'),
    'a NUL in a header (CWE-158)': token({ ...length, 'X-A': 'a\0b' }),
    'two hosts (RFC 9112 §3.2)': token(length).replace(`Host: ${host}`, `Host: ${host}\r\nHost: evil.test`),
    'two Authorizations, the good one first (RFC 9110 §5.3)': token(length).replace(
      'Authorization:',
      `Authorization: ${basicAuthorization('app', secret).authorization}\r\nauthorization:`,
    ),
    'two Authorizations, the good one last': token(length).replace(
      'Authorization:',
      `Authorization: ${basicAuthorization('app', 'x').authorization}\r\nAUTHORIZATION:`,
    ),
    'two types of the body': token(length).replace(
      'Content-Type:',
      'Content-Type: application/json\r\nContent-Type:',
    ),
    'two hosts, ours last': token(length).replace(`Host: ${host}`, `Host: evil.test\r\nhost: ${host}`),
    'no host': token(length).replace(`Host: ${host}\r\n`, ''),
    'a method in lower case': token(length).replace('POST', 'post'),
    'no HTTP at all': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  };
  const before = events.length;
  for (const [name, bytes] of Object.entries(refused)) {
    const answer = await sendRaw(issuer, bytes);
    t.equal(answer.status, 400, name);
    t.notMatch(answer.text, /access_token/, `${name}: no token`);
    t.notMatch(answer.body, /node:|\.ts|stack|HPE_/i, `${name}: nothing internal is revealed`);
    t.equal(answer.text.match(/HTTP\/1\.1 /g)?.length, 1, `${name}: one answer`);
  }
  t.notOk(
    events.slice(before).some(({ outcome }) => outcome === 'ok'),
    'nothing happened',
  );
  t.equal(await stored(), documents, 'nothing was stored');

  const pipelined = await sendRaw(issuer, token(length).replace('Connection: close\r\n', '') + token(length));
  t.equal(pipelined.text.match(/HTTP\/1\.1 200/g)?.length, 2, 'two requests in a row are two requests');
});

t.test('size and content encoding are checked before the body is read (CWE-400, CWE-409)', async (t) => {
  const { issuer, host, events, stored } = await startSecurityTest(t, { registration: { enabled: true } });
  const documents = await stored();
  const forms = [
    '/oauth/token',
    '/oauth/par',
    '/oauth/introspect',
    '/oauth/revoke',
    '/oauth/device_authorization',
  ];
  const endpoints = [
    ...forms,
    '/oauth/register',
    '/api/v1/tokens',
    '/oauth/authorize',
    '/interaction/x',
    '/oauth/device',
  ];
  const bomb = gzipSync(Buffer.alloc(1_000_000, 'a'));
  for (const endpoint of endpoints) {
    const json = endpoint.includes('register') || endpoint.includes('v1');
    const head = {
      Host: host,
      'Content-Type': json ? 'application/json' : 'application/x-www-form-urlencoded',
    };
    const large = await sendRaw(
      issuer,
      rawRequest('POST', endpoint, { ...head, 'Content-Length': '100000000' }, 'x'),
    );
    t.equal(large.status, 413, `${endpoint}: a body that says it is large`);
    t.match(large.body, /request_too_large/);
    t.equal(large.headers['connection'], 'close', 'the rest is not waited for');
    t.match(events.at(-1), { type: 'request.refused', outcome: 'refused', reason: 'request_too_large' });
    for (const encoding of ['gzip', 'br', 'deflate', 'gzip, gzip', 'GZIP']) {
      const packed = await sendRaw(
        issuer,
        Buffer.concat([
          Buffer.from(
            rawRequest('POST', endpoint, {
              ...head,
              'Content-Encoding': encoding,
              'Content-Length': String(bomb.length),
            }),
          ),
          bomb,
        ]),
      );
      t.equal(packed.status, 415, `${endpoint}: a body packed as ${encoding}`);
    }
    const chunks = `10000\r\n${'x'.repeat(65_536)}\r\n`.repeat(4);
    const streamed = await sendRaw(
      issuer,
      rawRequest('POST', endpoint, { ...head, 'Transfer-Encoding': 'chunked' }, `${chunks}0\r\n\r\n`),
    );
    t.ok(
      [400, 403, 404, 413].includes(streamed.status),
      `${endpoint}: a body that does not say so: ${streamed.status}`,
    );
  }
  const many = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`x${i}`, '']));
  t.equal((await sendRaw(issuer, rawRequest('GET', '/', { Host: host, ...many }))).status, 431);
  const cookies = await sendRaw(
    issuer,
    rawRequest('GET', '/', { Host: host, Accept: 'text/html', Cookie: 'a'.repeat(20_000) }),
  );
  t.equal(cookies.status, 431);
  t.match(
    cookies.headers,
    { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', connection: 'close' },
    'for every caller, and not cached (RFC 6585 §5)',
  );
  t.match(cookies.body, /delete the cookies/);
  t.match(events.at(-1), { type: 'connection.refused', reason: 'headers_too_large' });
  t.equal((await sendRaw(issuer, rawRequest('GET', `/?${'a'.repeat(20_000)}`, { Host: host }))).status, 431);
  t.equal(
    (await sendRaw(issuer, rawRequest('GET', `/errors/${'a'.repeat(5_000)}`, { Host: host }))).status,
    414,
  );
  t.equal(await stored(), documents, 'nothing was stored');
});

t.test('JSON of any depth costs no more than its length (CWE-674)', async (t) => {
  const { issuer, server: postern } = await startSecurityTest(t, { registration: { enabled: true } });
  const deep = (open: string, close: string) => open.repeat(8000) + close.repeat(8000);
  for (const text of [
    deep('[', ']'),
    deep('{"a":', '}').replace('}', '1}'),
    '['.repeat(16_000),
    '{"a":'.repeat(3000),
  ]) {
    for (const path of ['/api/v1/tokens', '/oauth/register']) {
      const answer = await fetch(`${issuer}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: text,
      });
      t.ok([400, 404, 413].includes(answer.status), `${path}: ${answer.status}`);
    }
  }
  const claims = new URLSearchParams({ client_id: 'app', claims: deep('[', ']').slice(0, 2000) });
  t.equal((await fetch(`${issuer}/oauth/authorize?${claims}`, { redirect: 'manual' })).status, 400);
  t.equal((await fetch(`${issuer}/livez`)).status, 200);
  t.ok(postern);
});

t.test('a client that sends slowly is disconnected (CWE-400, slowloris)', async (t) => {
  const { issuer, host, server: postern } = await startSecurityTest(t);
  const { server } = postern.app.server;
  t.ok(server.headersTimeout > 0 && server.headersTimeout <= 15_000, 'headers have a time');
  t.ok(server.requestTimeout > 0 && server.requestTimeout <= 30_000, 'requests have a time');
  server.headersTimeout = 300;
  server.requestTimeout = 400;

  const headers = await sendRaw(issuer, `POST /oauth/token HTTP/1.1\r\nHost: ${host}\r\nX-`);
  t.equal(headers.status, 408, 'headers that never end (RFC 9110 §15.5.9)');
  const slow = rawRequest('POST', '/oauth/token', { Host: host, 'Content-Length': '100' }, 'grant_type=');
  const drip = await sendRaw(issuer, slow);
  t.equal(drip.status, 408, 'a body that never ends');
  t.equal((await fetch(`${issuer}/livez`)).status, 200, 'and everyone else is served');
});
