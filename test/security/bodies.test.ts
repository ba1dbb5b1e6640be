import { connect } from 'node:net';
import t from 'tap';
import { createClockAtMinuteStart } from '../support/clocks.ts';
import { sendRaw } from '../support/raw-http.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { startSecurityTest } from './security-test.ts';

const good = 'grant_type=client_credentials';
const form = 'application/x-www-form-urlencoded';
const json = 'application/json';

const chunked = (body: string, size = 8_000): string => {
  const parts: string[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.slice(at, at + size);
    parts.push(`${part.length.toString(16)}\r\n${part}\r\n`);
  }
  return `${parts.join('')}0\r\n\r\n`;
};

t.test('a body is too large with or without a Content-Length (CWE-770, RFC 9110 §15.5.14)', async (t) => {
  const { issuer, host, events } = await startSecurityTest(t, { registration: { enabled: true } });
  const send = (path: string, type: string, body: string, how: 'length' | 'chunks', more = '') => {
    const framing =
      how === 'chunks'
        ? `Transfer-Encoding: chunked\r\n\r\n${chunked(body)}`
        : `Content-Length: ${body.length}\r\n\r\n${body}`;
    const head = `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\nAuthorization: ${basicAuthorization('app', secret).authorization}\r\n`;
    return sendRaw(issuer, `${head}${framing}${more}`);
  };
  const next = 'GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
  const endpoints = [
    ['/oauth/token', form],
    ['/token', form],
    ['/api/v1/oauth/token', form],
    ['/oauth/par', form],
    ['/oauth/introspect', form],
    ['/oauth/revoke', form],
    ['/oauth/device_authorization', form],
    ['/oauth/ciba', form],
    ['/oauth/authorize', form],
    ['/oauth/device', form],
    ['/userinfo', form],
    ['/api/v1/tokens', json],
    ['/oauth/register', json],
    [`/interaction/${'a'.repeat(43)}`, form],
  ] as const;
  for (const [path, type] of endpoints) {
    for (const how of ['length', 'chunks'] as const) {
      const before = events.length;
      const answer = await send(path, type, 'x'.repeat(70_000), how, next);
      t.equal(answer.status, 413, `${path} by ${how}`);
      t.match(answer.body, /request_too_large/, `${path} by ${how}`);
      t.match(events.slice(before), [{ type: 'request.refused', reason: 'request_too_large' }]);
      t.equal(events.length - before, 1, 'one event');
      t.notMatch(answer.text, /"status":"ok"/, 'what follows on the connection is not answered');
    }
  }
  const both = await send('/oauth/token', form, good, 'chunks', next);
  t.equal(both.status, 200, 'chunks are as good as a length');
  t.equal(both.text.match(/HTTP\/1\.1 200/g)?.length, 2, 'and the next request on the connection is read');
});

t.test('a body that breaks off is not a server error (CWE-755)', async (t) => {
  const { issuer, host, events } = await startSecurityTest(t);
  const head = `POST /oauth/token HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${form}\r\n`;
  for (const rest of ['Transfer-Encoding: chunked\r\n\r\n1d\r\ngrant', 'Content-Length: 29\r\n\r\ngrant']) {
    const before = events.length;
    await sendRaw(issuer, `${head}${rest}`, { timeoutMs: 50 });
    await waitFor('its refusal', () => events.length > before);
    t.match(events.slice(before), [
      { type: 'request.refused', outcome: 'refused', reason: 'invalid_request' },
    ]);
  }
});

t.test('an endless body is not read after the response (CWE-400)', async (t) => {
  const throttle = { token_per_address: 1 };
  const { issuer, host } = await startSecurityTest(t, { security: { throttle } }, createClockAtMinuteStart());
  const { port } = new URL(issuer);
  const chunk = `2000\r\n${'x'.repeat(0x2000)}\r\n`;
  const mostSent = 64 * 1024 * 1024;

  /** Sends until the server disconnects, or until more was read than it should read. */
  const flood = (path: string, name: string): Promise<{ readonly sent: number; readonly first: string }> =>
    new Promise((settle) => {
      const socket = connect(Number(port), '127.0.0.1');
      let sent = 0;
      let first = '';
      const pump = (): void => {
        while (sent < mostSent && !socket.destroyed) {
          sent += chunk.length;
          if (!socket.write(chunk)) return void socket.once('drain', pump);
        }
        socket.destroy();
      };
      socket.on('data', (data) => {
        first ||= String(data).split('\r\n')[0] ?? '';
      });
      socket.on('error', () => {});
      socket.on('close', () => settle({ sent, first }));
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${name}\r\nContent-Type: ${form}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      pump();
    });
  await fetch(`${issuer}/oauth/token`, { method: 'POST' });
  const targets: Readonly<Record<string, readonly [path: string, host: string, status: string]>> = {
    'an address that leads nowhere': ['/nowhere', host, '404'],
    'a method that is not there': ['/livez', host, '404'],
    'another host': ['/oauth/token', 'evil.test', '421'],
    'one request too many': ['/oauth/token', host, '429'],
    'another kind of body': ['/api/v1/tokens', host, '4'],
    'the engine': ['/oauth/par', host, '413'],
  };
  for (const [name, [path, at, status]] of Object.entries(targets)) {
    const { sent, first } = await flood(path, at);
    t.match(first, new RegExp(`^HTTP/1.1 ${status}`), name);
    t.ok(sent < mostSent, `${name}: hung up after ${Math.round(sent / 1024)} KiB`);
  }
});

t.test('a body for an unknown path is not read (CWE-770)', async (t) => {
  const { issuer, host } = await startSecurityTest(t);
  for (const type of [form, json, 'text/plain', 'application/octet-stream']) {
    const head = `POST /nowhere HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${type}\r\n`;
    const answer = await sendRaw(issuer, `${head}Transfer-Encoding: chunked\r\n\r\n1\r\n{`);
    t.equal(answer.status, 404, type);
    t.equal(answer.headers['connection'], 'close', type);
  }
});

t.test('a body without meaning is not read (RFC 9110 §9.3.1)', async (t) => {
  const { issuer, host } = await startSecurityTest(t, { registration: { enabled: true } });
  const asks = [
    ['GET', '/.well-known/openid-configuration', 200],
    ['HEAD', '/.well-known/openid-configuration', 200],
    ['GET', '/userinfo', 401],
    ['GET', '/oauth/jwks', 200],
    ['GET', `/interaction/${'a'.repeat(43)}`, 400],
    ['OPTIONS', '/oauth/token', 404],
    ['OPTIONS', '/api/v1/tokens', 405],
    ['DELETE', '/api/v1/tokens', 405],
    ['DELETE', '/oauth/register/app', 401],
  ] as const;
  for (const [method, path, status] of asks) {
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: ${json}\r\n`;
    for (const rest of ['Content-Length: 9\r\n\r\n{', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{']) {
      const answer = await sendRaw(issuer, `${head}${rest}`);
      t.equal(answer.status, status, `${method} ${path}`);
      t.equal(answer.headers['connection'], 'close', 'what follows it would be part of it');
    }
  }
});

t.test('a body of a request refused by its headers is not read (CWE-400)', async (t) => {
  const { issuer, host } = await startSecurityTest(t);
  const refusals = [
    ['a host that is not ours', '/userinfo', 'Host: evil.test', 421],
    ['two hosts', '/userinfo', `Host: ${host}\r\nHost: evil.test`, 400],
    ['a content encoding', '/userinfo', `Host: ${host}\r\nContent-Encoding: gzip`, 415],
    ['an address that can’t be read', '/%zz', `Host: ${host}`, 400],
  ] as const;
  const bodies = [
    ['POST', 1_000_000_000],
    ['GET', 9],
  ] as const;
  for (const [name, path, headers, status] of refusals) {
    for (const [method, length] of bodies) {
      const head = `${method} ${path} HTTP/1.1\r\n${headers}\r\nContent-Length: ${length}\r\n\r\n{`;
      const answer = await sendRaw(issuer, head);
      t.equal(answer.status, status, `${method} with ${name}`);
      t.equal(answer.headers['connection'], 'close', `${method} with ${name}: not read on`);
    }
  }
});

t.test('a form turned into a URL is limited by its length after encoding (CWE-131)', async (t) => {
  const { issuer } = await startSecurityTest(t);
  const send = (body: string) =>
    fetch(`${issuer}/oauth/authorize`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': form },
      body,
    });
  const passed = await send(`state=${'%22'.repeat(2000)}`);
  t.equal(passed.status, 303);
  t.equal(passed.headers.get('location'), `/oauth/authorize?state=${'%22'.repeat(2000)}`);
  t.equal((await send(`state=${'"'.repeat(3000)}`)).status, 413, 'each of them takes three');
});
