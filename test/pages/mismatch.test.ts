import { randomBytes } from 'node:crypto';
import t from 'tap';
import {
  Browser,
  newVerifier,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const [app] = usualConfig.clients;
const config = {
  ...usualConfig,
  clients: [
    {
      ...app,
      redirect_uris: ['https://app.example.com/auth/callback', redirectUri, `${redirectUri}/oidc`],
      post_logout_redirect_uris: ['https://app.example.com/bye', 'http://localhost:4999/bye'],
    },
  ],
};
const server = await startInProcess(t, config);
const party = new RelyingParty(server.issuer);
const lastRefusal = () => server.events.findLast(({ outcome }) => outcome === 'refused');
const facts = (body: string): Record<string, string> =>
  Object.fromEntries(
    [...body.matchAll(/<dt>([^<]+)<\/dt><dd>([^<]+)<\/dd>/g)].map(([, name, value]) => [name, value]),
  );

t.test('a redirect URI that is not registered is shown beside the closest one', async (t) => {
  const sent = `${redirectUri}/oidcc?token=a-secret-value#x`;
  const page = await new Browser().request(party.authorizationUrl(newVerifier(), { redirect_uri: sent }));
  t.equal(page.status, 400);
  t.match(facts(page.body), {
    redirect_uri: `${redirectUri}/oidcc?…`,
    'closest registered redirect_uri': `${redirectUri}/oidc`,
  });
  t.match(lastRefusal(), {
    reason: 'invalid_redirect_uri',
    client: 'app',
    details: { received: `${redirectUri}/oidcc?…`, closest: `${redirectUri}/oidc` },
  });
  t.notMatch(JSON.stringify(server.events), 'a-secret-value', 'no event has the query');
});

t.test('so is a post-logout redirect URI', async (t) => {
  const query = new URLSearchParams({
    client_id: 'app',
    post_logout_redirect_uri: 'http://localhost:4998/bye',
  });
  const page = await new Browser().request(`${server.issuer}/oauth/logout?${query}`);
  t.equal(page.status, 400);
  t.match(facts(page.body), {
    post_logout_redirect_uri: 'http://localhost:4998/bye',
    'closest registered post_logout_redirect_uri': 'http://localhost:4999/bye',
  });
});

t.test('an unknown client id is shown, without markup or control characters', async (t) => {
  const stranger = new RelyingParty(server.issuer, 'ap<b>\u202ep', secret);
  const page = await new Browser().request(stranger.authorizationUrl(newVerifier()));
  t.equal(page.status, 400);
  t.match(page.body, '<dt>client_id</dt><dd>ap&lt;b&gt;');
  t.notMatch(page.body, '<dd>ap<b>');
  t.notMatch(JSON.stringify(lastRefusal()), '\u202e');
});

t.test(
  'an unknown client id is shown beside the closest one, of the configuration or the store',
  async (t) => {
    await server.addClient({ type: 'web', id: 'web-shop', metadata: { redirect_uris: [redirectUri] } });
    for (const [sent, closest] of [
      ['apps', 'app'],
      ['Web_Shop', 'web-shop'],
      ['webshopp', 'web-shop'],
    ] as const) {
      const stranger = new RelyingParty(server.issuer, sent, secret);
      const page = await new Browser().request(stranger.authorizationUrl(newVerifier()));
      t.equal(page.status, 400);
      t.match(facts(page.body), { client_id: sent, 'closest registered client_id': closest });
      t.match(lastRefusal(), { reason: 'invalid_client', details: { received: sent, closest } });
      t.equal((await stranger.post('/oauth/token', { grant_type: 'client_credentials' })).status, 401);
      t.match(lastRefusal(), { type: 'token.refused', details: { received: sent, closest } });
    }
    const far = new RelyingParty(server.issuer, 'something-else', secret);
    const page = await new Browser().request(far.authorizationUrl(newVerifier()));
    t.match(facts(page.body), { client_id: 'something-else' });
    t.notMatch(page.body, 'closest registered');
  },
);

t.test('a secret in the place of the client id reaches no event', async (t) => {
  for (const [sent, kind] of [
    [randomBytes(32).toString('base64url'), 'of Postern'],
    [Buffer.alloc(32, 0xfb).toString('base64'), 'of openssl rand -base64 32, with + and /'],
    [`app-secret-${'0'.repeat(21)}`, 'that an operator chose, and that begins with the id'],
  ] as const) {
    const stranger = new RelyingParty(server.issuer, sent, 'app');
    await new Browser().request(stranger.authorizationUrl(newVerifier()));
    await stranger.post('/oauth/token', { grant_type: 'client_credentials' });
    t.match(lastRefusal(), { type: 'token.refused' }, kind);
    t.notOk(JSON.stringify(server.events).includes(sent), kind);
  }
});

t.test('a long id that was mistyped is shown, as is one that is a URL', async (t) => {
  const id = '6f1c9ad2-0b7e-4b52-9a59-3f2d1c8e7a60';
  await server.addClient({ type: 'web', id, metadata: { redirect_uris: [redirectUri] } });
  const mistyped = id.slice(0, -1);
  await new RelyingParty(server.issuer, mistyped, secret).post('/oauth/token', {
    grant_type: 'client_credentials',
  });
  t.match(lastRefusal(), { type: 'token.refused', details: { received: mistyped, closest: id } });
  const url = 'https://agents.example.com/oauth/client.json';
  await new Browser().request(new RelyingParty(server.issuer, url).authorizationUrl(newVerifier()));
  t.match(lastRefusal(), { reason: 'invalid_client', details: { received: url } });
});

t.test('many unknown client ids make the store list its clients once', async (t) => {
  let lists = 0;
  const counted = await startInProcess(t, config, {
    observe: (operation) => {
      if (operation === 'list') lists += 1;
    },
  });
  const before = lists;
  await Promise.all(
    Array.from({ length: 8 }, (_, at) =>
      new RelyingParty(counted.issuer, `app${at}`).post('/oauth/token', { grant_type: 'client_credentials' }),
    ),
  );
  t.equal(lists - before, 1);
});

t.test(
  'production shows its operator what was received, and a stranger nothing that is registered',
  async (t) => {
    const production = await startInProcess(t, {
      mode: 'production',
      store: { url: `sqlite:${t.testdir()}/postern.db` },
      clients: [
        { client_id: 'spa', token_endpoint_auth_method: 'none', redirect_uris: ['https://a.example/cb'] },
      ],
      security: { key_encryption_key: Buffer.alloc(32, 7).toString('base64url') },
    });
    const stranger = new RelyingParty(production.issuer, 'spa', '');
    const page = await new Browser().request(
      stranger.authorizationUrl(newVerifier(), { redirect_uri: 'https://a.example/cbx' }),
    );
    t.equal(page.status, 400);
    t.same(Object.keys(facts(page.body)), ['error_description', 'client_id']);
    t.match(production.events.findLast(({ outcome }) => outcome === 'refused')?.details, {
      received: 'https://a.example/cbx',
      closest: 'https://a.example/cb',
    });
  },
);

t.test(
  'a flood of made-up client ids is compared with the registered ones for some requests only',
  async (t) => {
    const before = server.events.length;
    const began = Date.now();
    const sent = Array.from({ length: 150 }, async () => {
      const stranger = new RelyingParty(server.issuer, 'apps', secret);
      return new Browser().request(stranger.authorizationUrl(newVerifier()));
    });
    for (const { status } of await Promise.all(sent)) t.equal(status, 400);
    const seconds = Math.ceil((Date.now() - began) / 1000) + 1;
    const compared = server.events
      .slice(before)
      .filter(({ details }) => details?.['closest'] === 'app').length;
    t.ok(compared > 0, 'the first ones name the closest id');
    t.ok(compared <= 30 + 5 * seconds, `${compared} in ${seconds} s`);
    t.ok(compared < 150, 'and not all of them');
  },
);
