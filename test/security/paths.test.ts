import t from 'tap';
import { rawRequest, sendRaw } from '../support/raw-http.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { startSecurityTest } from './security-test.ts';

/** Spellings that routers, proxies and file systems treat as the same path. */
const disguises = (path: string): string[] => {
  const [, first = '', second = ''] = path.split('/');
  const at = path.length - 3;
  return [
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    `${path.slice(0, -1)}${path.at(-1)?.toUpperCase()}`,
    `/./${first}/${second}`,
    `/x/..${path}`,
    `/${first}/./${second}`,
    `/${first}//${second}`,
    `/${first}%2f${second}`,
    `/${first}\\${second}`,
    `${path.slice(0, at)}%${path.charCodeAt(at).toString(16)}${path.slice(at + 1)}`,
    `${path}%00`,
    `${path}%20`,
    `${path}%0a`,
    `${path};a=b`,
    `${path}#x`,
    `${path}.`,
    `${path}%2e`,
    `${path}.json`,
    `${path}%ef%bc%8f`,
    `/%2e%2e${path}`,
    `http://evil.test${path}`,
  ];
};

t.test(
  'a path has one spelling; any other is 404 before it reaches the engine (CWE-22, CWE-178, CWE-647)',
  async (t) => {
    const { issuer, host, events, stored } = await startSecurityTest(t);
    const documents = await stored();
    const headers = {
      Host: host,
      'Content-Type': 'application/x-www-form-urlencoded',
      Authorization: basicAuthorization('app', secret).authorization,
    };
    const body = 'grant_type=client_credentials&token=x';
    const posts = [
      '/oauth/token',
      '/api/v1/oauth/token',
      '/api/v1/tokens',
      '/oauth/par',
      '/oauth/introspect',
      '/oauth/revoke',
      '/oauth/device_authorization',
    ];
    for (const path of posts) {
      for (const target of disguises(path)) {
        const bytes = rawRequest('POST', target, { ...headers, 'Content-Length': String(body.length) }, body);
        const { status, text } = await sendRaw(issuer, bytes);
        t.ok(status === 404 || status === 400, `POST ${target}: ${status}`);
        t.notMatch(text, /access_token|"active"/, `POST ${target} reaches nothing`);
      }
    }
    for (const path of [
      '/oauth/authorize',
      '/oauth/device',
      '/oauth/logout',
      '/oauth/jwks',
      '/userinfo',
      '/livez',
    ]) {
      for (const target of disguises(path)) {
        const { status } = await sendRaw(issuer, rawRequest('GET', target, { Host: host }));
        t.ok(status === 404 || status === 400, `GET ${target}: ${status}`);
      }
    }
    for (const target of [
      '/assets/../package.json',
      '/assets/%2e%2e/%2e%2e/package.json',
      '/assets/..%2fserver.ts',
      '/.git/config',
      '/assets/',
      '/postern.yaml',
    ]) {
      const { status, body: text } = await sendRaw(issuer, rawRequest('GET', target, { Host: host }));
      t.equal(status, 404, target);
      t.notMatch(text, /"dependencies"|export /);
    }
    t.notOk(
      events.some(({ outcome }) => outcome === 'ok'),
      'nothing was issued or granted',
    );
    t.equal(await stored(), documents, 'nothing was stored');
  },
);

t.test('an endpoint answers only its methods (CWE-650)', async (t) => {
  const { issuer, host, stored } = await startSecurityTest(t);
  const documents = await stored();
  const own: Readonly<Record<string, readonly string[]>> = {
    '/oauth/token': ['POST', 'OPTIONS'],
    '/api/v1/tokens': ['POST'],
    '/oauth/introspect': ['POST', 'OPTIONS'],
    '/oauth/jwks': ['GET', 'HEAD', 'OPTIONS'],
    '/.well-known/openid-configuration': ['GET', 'HEAD', 'OPTIONS'],
    '/oauth/authorize': ['GET', 'POST'],
    [`/oauth/authorize/${'a'.repeat(43)}`]: ['GET'],
    [`/interaction/${'a'.repeat(43)}`]: ['GET', 'POST'],
    '/oauth/logout': ['GET', 'POST'],
    '/oauth/device': ['GET', 'HEAD', 'POST'],
    '/userinfo': ['GET', 'HEAD', 'POST', 'OPTIONS'],
    '/livez': ['GET', 'HEAD'],
    '/': ['GET', 'HEAD'],
  };
  for (const [path, methods] of Object.entries(own)) {
    for (const method of [
      'GET',
      'HEAD',
      'POST',
      'PUT',
      'PATCH',
      'DELETE',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'MKCOL',
      'SEARCH',
      'QUERY',
    ]) {
      if (methods.includes(method)) continue;
      const answer = await sendRaw(issuer, rawRequest(method, path, { Host: host, 'X-Mark': 'echo-me' }));
      t.ok(answer.status === 404 || answer.status === 405, `${method} ${path}: ${answer.status}`);
      t.notMatch(answer.text, /echo-me/, 'nothing is echoed (CWE-693, cross-site tracing)');
    }
    t.match(
      await sendRaw(issuer, rawRequest('CONNECT', path, { Host: host })),
      { status: 405, headers: { allow: '', connection: 'close' }, body: '' },
      `CONNECT ${path}`,
    );
    t.equal((await sendRaw(issuer, rawRequest('FOO', path, { Host: host }))).status, 400, `FOO ${path}`);
  }
  for (const name of ['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override']) {
    const answer = await sendRaw(issuer, rawRequest('GET', '/oauth/token', { Host: host, [name]: 'POST' }));
    t.ok(answer.status === 404 || answer.status === 405, `${name} changes no method`);
  }
  const rewritten = await sendRaw(
    issuer,
    rawRequest('GET', '/livez', {
      Host: host,
      'X-Original-URL': '/oauth/jwks',
      'X-Rewrite-URL': '/oauth/jwks',
    }),
  );
  t.match(rewritten.body, /"status":"ok"/, 'nor does any header change a path');
  t.equal(await stored(), documents);
});
