import t, { type Test } from 'tap';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// An API gets claims of the person, whatever scope the application has. The person reads of it before allowing access.

const list = 'https://api.example.com/list';
const table = 'https://api.example.com/table';
const opaque = 'https://api.example.com/opaque';
const plain = 'https://api.example.com/plain';
const ciba = 'urn:openid:params:grant-type:ciba';

const server = await startInProcess(t, {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    { client_id: 'third', client_secret: secret, redirect_uris: [redirectUri] },
    {
      client_id: 'bank',
      client_secret: secret,
      grant_types: [ciba],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
  claims: { work: ['department', 'office'] },
  scopes: { department: { en: 'Where you work', de: 'Wo Sie arbeiten' } },
  groups: [{ name: 'staff' }],
  resources: [
    { audience: list, scopes: ['list'], claims: ['email', 'groups', 'department', 'office'] },
    {
      audience: table,
      self_described_clients: true,
      claims: {
        role: { from: 'groups', map: { staff: 'Editor' } },
        team: { from: 'groups', map: { staff: 'Crew' } },
        tier: { value: 'gold' },
      },
    },
    { audience: opaque, access_token_format: 'opaque', self_described_clients: true, claims: ['email'] },
    { audience: plain },
  ],
  registration: { enabled: true },
});
const { issuer } = server;
await server.addAccount({ username: 'grace', password, claims: {}, groups: ['staff'] });

interface Asked {
  readonly client?: RelyingParty;
  readonly scope: string;
  readonly resource: string;
  readonly language?: string;
}

/** What the consent page says of the claims that each API receives. */
const receives = async (
  t: Test,
  { client = new RelyingParty(issuer, 'third'), language = 'en', ...parameters }: Asked,
): Promise<readonly string[]> => {
  const browser = new Browser({ 'accept-language': language });
  const login = await browser.open(client.authorizationUrl(newVerifier(), parameters));
  const { body } = await browser.submit(login, { login: 'grace', password });
  t.match(body, 'consent-allow');
  return [...body.matchAll(/<p class="hint api-receives">([^<]*)<\/p>/g)].map(([, text = '']) => text);
};

t.test('the consent page names the claims that an API receives', async (t) => {
  const scope = 'openid list';
  for (const [language, said] of [
    ['en', 'This API receives: Email address, Your groups, Where you work, office'],
    ['de', 'Diese API erhält: E-Mail-Adresse, Ihre Gruppen, Wo Sie arbeiten, office'],
    ['pl', 'To API otrzymuje: Adres e-mail, Twoje grupy, Where you work, office'],
  ] as const)
    t.same(await receives(t, { scope, resource: list, language }), [said]);
  t.same(
    await receives(t, { scope: 'openid', resource: table }),
    ['This API receives: Your groups'],
    'an API without scopes, by the claims that its own come from',
  );
  t.same(await receives(t, { scope: 'openid', resource: plain }), [], 'an API that receives none');
});

t.test('of a client that registered itself, what the API receives in its tokens', async (t) => {
  const answer = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [redirectUri] }),
  });
  const { client_id: id, client_secret: own } = await answer.json();
  const client = new RelyingParty(issuer, id, own);
  t.same(
    await receives(t, { client, scope: 'openid', resource: table }),
    [],
    'a JWT has no claims of the person',
  );
  t.same(await receives(t, { client, scope: 'openid', resource: opaque }), [
    'This API receives: Email address',
  ]);
});

t.test('the page of backchannel requests says so too', async (t) => {
  const bank = new RelyingParty(issuer, 'bank');
  const { status } = await bank.post('/oauth/ciba', {
    scope: 'openid list',
    resource: list,
    login_hint: 'grace',
  });
  t.equal(status, 200);
  const browser = new Browser();
  const login = await browser.open(`${issuer}/account`);
  await browser.submit(login, { login: 'grace', password });
  t.match(
    (await browser.open(`${issuer}/account/requests`)).body,
    'This API receives: Email address, Your groups, Where you work, office',
  );
});
