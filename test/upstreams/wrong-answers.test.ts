import t, { type Test } from 'tap';
import { type Misbehaviour, type Person, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  redirectParameters,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { locationOf, openLogin, signInBy, visitUpstream } from '../support/upstream-sign-in.ts';

const person: Person = { sub: 'u1', name: 'Grace', email: 'grace@acme.example', email_verified: true };

const open = async (test: Test, more: Readonly<Record<string, unknown>> = {}) => {
  const fake = await startFakeUpstream(test);
  fake.person = person;
  const server = await startInProcess(test, {
    ...usualConfig,
    upstreams: [
      {
        id: 'acme',
        name: 'Acme',
        issuer: fake.issuer,
        client_id: fake.clientId,
        client_secret: fake.clientSecret,
        create: true,
        trust_email: true,
        timeout_ms: 1500,
        ...more,
      },
    ],
  });
  return { fake, server };
};

const lastSignIn = ({ events }: TestServer) => events.filter(({ type }) => type === 'sign-in').at(-1);

const big = 'x'.repeat(10 * 1024 * 1024);

const wrong: Readonly<Record<string, Misbehaviour>> = {
  'iss of another issuer in the ID token': {
    idToken: (claims) => ({ ...claims, iss: 'https://other.example' }),
  },
  'iss of another issuer in the response (RFC 9207)': {
    callback: (parameters) => parameters.set('iss', 'https://other.example'),
  },
  'no iss in the response although the metadata promise it': {
    callback: (parameters) => parameters.delete('iss'),
  },
  'aud of another client': { idToken: (claims) => ({ ...claims, aud: 'other' }) },
  'aud with strangers and no azp': { idToken: (claims) => ({ ...claims, aud: ['postern-here', 'other'] }) },
  'azp of another client': {
    idToken: (claims) => ({ ...claims, aud: ['postern-here', 'other'], azp: 'other' }),
  },
  'another nonce': { idToken: (claims) => ({ ...claims, nonce: 'other' }) },
  'no nonce': { idToken: ({ nonce: _, ...claims }) => claims },
  'no sub': { idToken: ({ sub: _, ...claims }) => claims },
  'a sub of 300 characters': {
    idToken: (claims) => ({ ...claims, sub: 'x'.repeat(300) }),
    userinfo: (claims) => ({ ...claims, sub: 'x'.repeat(300) }),
  },
  'an expired token': { idToken: (claims) => ({ ...claims, exp: Math.floor(Date.now() / 1000) - 120 }) },
  'userinfo about another sub': { userinfo: (claims) => ({ ...claims, sub: 'u2' }) },
  'alg none': { unsigned: true },
  'HS256 with the public key as the secret': { publicKeyAsSecret: true },
  'a key that is not published': { foreignKey: true },
  'a kid that is not published': { header: { kid: 'two' } },
  'an algorithm that the metadata do not name': {
    discovery: (metadata) => ({ ...metadata, id_token_signing_alg_values_supported: ['ES256'] }),
  },
  'metadata of another issuer': {
    discovery: (metadata) => ({ ...metadata, issuer: 'https://other.example' }),
  },
  'metadata that send people to a script': {
    discovery: (metadata) => ({ ...metadata, authorization_endpoint: 'javascript:alert(1)' }),
  },
  'a token response of 10 MB': {
    answer: {
      '/token': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(big),
    },
  },
  'keys of 10 MB': {
    answer: {
      '/jwks': (response) => response.writeHead(200, { 'content-type': 'application/json' }).end(big),
    },
  },
  'a redirect from the token endpoint': {
    answer: { '/token': (response) => response.writeHead(307, { location: '/elsewhere' }).end() },
  },
  'status 200 with an error': {
    answer: {
      '/token': (response) =>
        response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: 'bad_verification_code' })),
    },
  },
  'a token response that is not JSON': {
    answer: { '/token': (response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>') },
  },
};

const unavailable: Readonly<Record<string, Misbehaviour>> = {
  'a token endpoint that answers 500': {
    answer: { '/token': (response) => response.writeHead(500).end('no') },
  },
  'a token endpoint that never answers': { answer: { '/token': () => undefined } },
  'userinfo that answers 503': { answer: { '/userinfo': (response) => response.writeHead(503).end() } },
  'metadata that answer 502': {
    answer: { '/.well-known/openid-configuration': (response) => response.writeHead(502).end() },
  },
};

t.test('a wrong value in any field starts no session', async (t) => {
  const { fake, server } = await open(t);
  const accountsBefore = (await server.app.services.accounts.list()).items.length;
  for (const [what, misbehaviour] of Object.entries(wrong)) {
    // Metadata and keys are kept, so a server that has none yet meets wrong ones.
    const isKept = misbehaviour.discovery ?? misbehaviour.answer?.['/jwks'];
    const stage = isKept ? await open(t) : { fake, server };
    stage.fake.misbehaviour = misbehaviour;
    const browser = new Browser();
    const page = await openLogin(stage.server.issuer, { browser });
    const left = await browser.request(
      new URL(/href="([^"]*with=acme[^"]*)"/.exec(page.body)?.[1] ?? '', page.url).href,
    );
    const last =
      left.headers.get('location') === null
        ? left
        : await browser.open(locationOf(await new Browser().request(locationOf(left))));
    t.match(last, { status: 400, body: 'was invalid' }, what);
    t.equal(lastSignIn(stage.server)?.reason, 'upstream_invalid', what);
    t.equal(lastSignIn(stage.server)?.details?.['upstream'], 'acme');
  }
  t.equal((await server.app.services.accounts.list()).items.length, accountsBefore, 'and makes no account');
  fake.misbehaviour = {};
  t.ok(
    redirectParameters(await signInBy(server.issuer, 'acme')).get('code'),
    'and it works once it is right',
  );
});

t.test('an upstream that is down leaves other ways, and the application learns it', async (t) => {
  for (const [what, misbehaviour] of Object.entries(unavailable)) {
    const { fake, server } = await open(t);
    fake.misbehaviour = misbehaviour;
    const browser = new Browser();
    const page = await openLogin(server.issuer, { browser, parameters: { state: 'kept' } });
    const left = await browser.request(
      new URL(/href="([^"]*with=acme[^"]*)"/.exec(page.body)?.[1] ?? '', page.url).href,
    );
    const last =
      left.headers.get('location') === null
        ? left
        : await browser.open(locationOf(await new Browser().request(locationOf(left))));
    t.match(last, { status: 503, body: 'can’t be reached right now' }, what);
    t.match(lastSignIn(server), { outcome: 'failed', reason: 'upstream_unavailable' }, what);
    const { correlation } = lastSignIn(server) ?? {};
    t.ok(correlation);
    t.match(await browser.open(`${last.url.split('?')[0]}?choose=yes`), {
      status: 200,
      body: 'login-submit',
    });
    const back = redirectParameters(await browser.submit(last, { back: 'unavailable' }));
    t.equal(back.get('error'), 'temporarily_unavailable');
    t.equal(back.get('state'), 'kept');
  }
});

t.test('a person who says no at the upstream can go another way, or back', async (t) => {
  const { fake, server } = await open(t);
  fake.misbehaviour = {
    callback: (parameters) => {
      parameters.delete('code');
      parameters.set('error', 'access_denied');
      parameters.set('error_description', '<script>alert(1)</script>');
    },
  };
  const browser = new Browser();
  const page = await openLogin(server.issuer, { browser, parameters: { state: 'kept' } });
  const last = await browser.open(await visitUpstream(browser, page, 'acme'));
  t.match(last, { status: 403, body: 'cancelled or refused' });
  t.notMatch(last.body, 'alert(1)');
  t.match(lastSignIn(server), { reason: 'upstream_denied', details: { error: 'access_denied' } });
  const back = redirectParameters(await browser.submit(last, { back: 'refused' }));
  t.strictSame([back.get('error'), back.get('state')], ['access_denied', 'kept']);
});

t.test('email_verified as a text verifies nothing', async (t) => {
  const { fake, server } = await open(t, { link: 'never' });
  fake.person = { ...person, email_verified: 'true' };
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
  const { items } = await server.app.services.accounts.list();
  t.equal(items.find(({ username }) => username === 'grace')?.claims['email_verified'], false);
});

t.test('a clock that is 25 seconds off is tolerated', async (t) => {
  const { fake, server } = await open(t);
  fake.misbehaviour = {
    idToken: (claims) => ({ ...claims, iat: Number(claims['iat']) + 25, exp: Number(claims['exp']) + 25 }),
  };
  t.ok(redirectParameters(await signInBy(server.issuer, 'acme')).get('code'));
});
