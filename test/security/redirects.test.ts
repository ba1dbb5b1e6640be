import t from 'tap';
import { Browser, newVerifier, RelyingParty, redirectUri } from '../support/setup/index.ts';
import { spaUri, startSecurityTest } from './security-test.ts';

/** RFC 9700 §4.1: URLs on which parsers disagree, from advisories of a decade. */
const near = (uri: string): string[] => {
  const { host, hostname, origin, pathname } = new URL(uri);
  return [
    `${uri}/`,
    `${uri}/..`,
    `${uri}/../callback/../../evil`,
    `${uri}/%2e%2e/evil`,
    `${uri}%2f..%2fevil`,
    `${uri}?`,
    `${uri}?a=b`,
    `${uri}#`,
    `${uri}#@evil.test`,
    `${uri};a=b`,
    `${uri}%00`,
    `${uri}%00.evil.test`,
    `${uri}%0d%0aLocation:https://evil.test`,
    `${uri} `,
    ` ${uri}`,
    `${uri}\t`,
    `\n${uri}`,
    `${uri}\u0000`,
    `${uri}.evil.test`,
    uri.toUpperCase(),
    uri.replace(pathname, pathname.toUpperCase()),
    uri.replace('http', 'HTTP'),
    `${origin}${pathname.slice(1)}`,
    `${origin}/${pathname}`,
    `${origin}/x/..${pathname}`,
    `${origin}\\${pathname.slice(1)}`,
    `${origin}@evil.test${pathname}`,
    `${origin}.evil.test${pathname}`,
    `${origin}%40evil.test${pathname}`,
    `${origin}:80${pathname}`,
    `${uri.split('://')[0]}://user:pw@${host}${pathname}`,
    `${uri.split('://')[0]}://evil.test\\@${host}${pathname}`,
    `${uri.split('://')[0]}://evil.test#@${host}${pathname}`,
    `${uri.split('://')[0]}://evil.test?@${host}${pathname}`,
    `${uri.split('://')[0]}:/${host}${pathname}`,
    `${uri.split('://')[0]}:///${host}${pathname}`,
    `//${host}${pathname}`,
    `///evil.test`,
    `/callback`,
    `\\\\evil.test`,
    `https:evil.test`,
    `javascript:alert(1)//${host}${pathname}`,
    `data:text/html,${host}${pathname}`,
    `${uri.replace(hostname, `${hostname}.`)}`,
    `${uri.replace(hostname, `${hostname}%2eevil.test`)}`,
    `${uri.replace(hostname, `evil.test%252f.${hostname}`)}`,
    `${uri.replace(hostname, `evil.test／.${hostname}`)}`,
    `${uri.replace(hostname, hostname.replace('l', 'ｌ'))}`,
    `https://*/`,
    '*',
    'null',
    '',
    'x'.repeat(5000),
  ];
};

t.test('a response goes only to an exactly matching registered URI (RFC 9700 §4.1.3, CWE-601)', async (t) => {
  const { issuer, app, spa, events, stored } = await startSecurityTest(t);
  const documents = await stored();
  for (const [party, uri] of [
    [app, redirectUri],
    [spa, spaUri],
  ] as const) {
    for (const redirect_uri of near(uri)) {
      for (const accept of ['text/html', 'application/json']) {
        const page = await new Browser().request(party.authorizationUrl(newVerifier(), { redirect_uri }), {
          headers: { accept },
        });
        t.equal(page.status, 400, `${party.id}: ${JSON.stringify(redirect_uri.slice(0, 80))}`);
        t.equal(page.headers.get('location'), null, 'there is no redirect');
        t.equal(page.headers.get('refresh'), null);
        t.notMatch(
          page.body,
          /(href|src|action)="(?!\/[^/\\])[^"]*evil\.test|http-equiv="refresh"/i,
          'nor asked to go there',
        );
      }
    }
  }
  t.match(events.at(-1), { type: 'authorization.refused', outcome: 'refused', client: 'spa' });
  const twice = `${app.authorizationUrl(newVerifier())}&redirect_uri=https://evil.test`;
  t.equal((await new Browser().request(twice)).status, 400, 'two of them');
  const foreign = app.authorizationUrl(newVerifier(), { redirect_uri: spaUri });
  t.equal((await new Browser().request(foreign)).status, 400, 'that of another client');
  const unknown = new URL(app.authorizationUrl(newVerifier(), { redirect_uri: 'https://evil.test/' }));
  unknown.searchParams.set('client_id', 'nobody');
  t.equal((await new Browser().request(unknown.href)).status, 400, 'that of an unknown client');
  t.equal(await stored(), documents, 'nothing was stored');
  t.ok(issuer);
});

t.test('no path redirects to an unregistered site (CWE-601)', async (t) => {
  const { issuer, host } = await startSecurityTest(t);
  const evil = [
    'https://evil.test',
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'javascript:alert(1)',
    '/%2f/evil.test',
    'https:evil.test',
  ];
  const names = [
    'redirect',
    'redirect_uri',
    'return_to',
    'returnTo',
    'next',
    'url',
    'continue',
    'post_logout_redirect_uri',
    'target',
    'lang',
    'switch',
  ];
  const paths = [
    '/',
    '/authorize',
    '/oauth/logout',
    '/oauth/logout/success',
    '/oauth/device',
    '/errors/invalid_request',
    '/interaction/x',
    '/oauth/authorize/x',
  ];
  for (const path of paths) {
    for (const value of evil) {
      const query = new URLSearchParams(names.map((name) => [name, value]));
      const page = await new Browser().request(`${issuer}${path}?${query}`);
      const location = page.headers.get('location');
      if (location !== null) t.equal(new URL(location, page.url).host, host, `${path} stays here`);
      t.notMatch(
        page.body,
        /(href|action|src)="(https?:)?[/\\]{2}evil\.test|(href|action)="javascript:/i,
        `${path} links nowhere`,
      );
    }
  }
  for (const one of ['%0d%0aSet-Cookie:%20a=b', '%0aX-Evil:%201', '%E5%98%8A%E5%98%8DSet-Cookie:a=b']) {
    for (const path of [
      `/authorize?x=${one}`,
      `/oauth/authorize?client_id=app&state=${one}`,
      `/?lang=${one}`,
      `/errors/${one}`,
    ]) {
      const page = await new Browser().request(`${issuer}${path}`);
      t.equal(page.headers.get('x-evil'), null, 'no header is split (CWE-113)');
      t.notOk(page.headers.getSetCookie().some((line) => line.startsWith('a=b')));
    }
  }
});

t.test('on loopback the port is free, and nothing else (RFC 8252 §7.3, CVE-2020-15233)', async (t) => {
  const { issuer } = await startSecurityTest(t, {
    clients: [
      {
        client_id: 'native',
        application_type: 'native',
        token_endpoint_auth_method: 'none',
        redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb'],
      },
    ],
  });
  const native = new RelyingParty(issuer, 'native', '');
  const ask = async (redirect_uri: string) =>
    (await new Browser().request(native.authorizationUrl(newVerifier(), { redirect_uri }))).status;
  for (const uri of ['http://127.0.0.1:4000/cb', 'http://[::1]:4000/cb', 'com.example.app:/cb']) {
    t.equal(await ask(uri), 303, uri);
  }
  for (const uri of [
    'http://127.0.0.1:4000/cb/',
    'http://127.0.0.1:4000/cb?a=b',
    'http://127.0.0.1:4000/cb#a',
    'http://127.0.0.1:4000/x/../cb',
    'http://127.0.0.1:4000/%63b',
    'http://127.0.0.1:4000\\cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:80@evil.test/cb',
    'http://127.0.0.1:80\\@evil.test/cb',
    'http://evil@127.0.0.1:4000/cb',
    'http://127.0.0.1.:4000/cb',
    'http://127.0.0.1.evil.test:4000/cb',
    'http://127.1:4000/cb',
    'http://2130706433:4000/cb',
    'http://127。0。0。1:4000/cb',
    'http://localhost:4000/cb',
    'http://[::ffff:127.0.0.1]:4000/cb',
    'http://[0:0:0:0:0:0:0:1]:4000/cb',
    'https://127.0.0.1:4000/cb',
    'HTTP://127.0.0.1:4000/cb',
    'http:\\\\127.0.0.1:4000/cb',
    'http://127.0.0.1:4\t000/cb',
    ' http://127.0.0.1:4000/cb',
    'com.example.app://cb',
    'com.example.app:/cb?a=b',
    'COM.example.app:/cb',
  ]) {
    t.equal(await ask(uri), 400, JSON.stringify(uri));
  }
});
