import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  password,
  RelyingParty,
  runPosternInProcess,
  startServerProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { readIdToken, readUserinfo } from '../support/tokens.ts';

const audience = 'https://api.example.com/';
const config = {
  groups: [{ name: 'ops' }, { name: 'board' }],
  accounts: [
    {
      username: 'ada',
      password,
      email: 'ada@example.com',
      groups: ['ops'],
      claims: { department: 'Engines', salary: 7 },
    },
  ],
  claims: { work: ['department'] },
  resources: [
    { audience, scopes: ['read', { name: 'reboot', groups: ['board'] }], claims: ['groups'], default: true },
  ],
  clients: [
    {
      ...usualConfig.clients[0],
      claims: {
        role: { from: 'groups', map: { ops: 'Admin' } },
        seat: { from: 'groups', map: { board: 'yes' } },
      },
    },
    { ...usualConfig.clients[0], client_id: 'boardroom', allowed_groups: ['board'] },
    { ...usualConfig.clients[0], client_id: 'narrow', scope: 'openid email' },
  ],
};

t.test('a preview equals what the person gets, and says why', async (t) => {
  const server = await startServerProcess(t, { config });
  const preview = async (...args: string[]) => {
    const { exit, out, err } = await runPosternInProcess(server.cwd, [
      'client',
      'preview',
      ...args,
      '--json',
    ]);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const scope = 'openid email groups work read reboot';
  const shown = await preview('app', '--account', 'ada', '--scope', scope, '--resource', audience);

  const party = new RelyingParty(server.url);
  const browser = new Browser();
  const person = await codeFor(party, browser, { scope: 'openid email groups work' });
  const response = await party.redeem(person.code, person.verifier);
  const technical = ['at_hash', 'exp', 'iat', 'auth_time', 'nonce', 'sid', 'acr', 'amr', 'jti'];
  const without = (claims: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(claims).filter(([name]) => !technical.includes(name)));
  t.strictSame(shown.id_token, without(readIdToken(response)));
  t.strictSame(shown.userinfo, await readUserinfo(server.url, response));
  const api = await codeFor(party, browser, { scope: 'openid read reboot', resource: audience });
  const { body } = await party.redeem(api.code, api.verifier, { resource: audience });
  t.strictSame(shown.access_token, without(decodeJwt(String(body['access_token']))));

  const assumed = await preview('app', '--account', 'ada', '--scope', scope);
  const both = await codeFor(party, browser, { scope });
  const { body: ofBoth } = await party.redeem(both.code, both.verifier);
  t.strictSame(
    assumed.access_token,
    without(decodeJwt(String(ofBoth['access_token']))),
    'one token for the API and /userinfo',
  );
  t.strictSame(assumed.access_token.aud, [audience, server.url]);
  const signInOnly = await preview('app', '--account', 'ada', '--scope', 'openid email');
  t.notOk('access_token' in signInOnly, 'a token for /userinfo alone says nothing to an API');

  t.match(shown, {
    access: { allowed: true },
    scopes: [{}, {}, {}, {}, { scope: 'read', granted: true }, { granted: false, why: /members of board/ }],
  });
  const why = (name: string) => shown.claims.find((one: { name: string }) => one.name === name);
  t.match(why('salary'), { in: [], why: /no scope releases it/ });
  t.match(why('groups'), { in: ['id_token', 'userinfo', 'access_token'] });
  t.match(why('email'), { in: ['userinfo'], why: /id_token_claims/ });
  t.match(why('seat'), { in: [], why: /no line of its table fits/ });

  const denied = await preview('boardroom', '--account', 'ada');
  t.match(denied, { access: { allowed: false, why: /for members of board/ } });
  t.notOk('id_token' in denied);
  const narrow = await preview('narrow', '--account', 'ada');
  t.same(
    narrow.scopes.map((one: { scope: string }) => one.scope),
    ['openid', 'email'],
  );
  t.match(
    narrow.claims.find((one: { name: string }) => one.name === 'groups'),
    { why: /may not use groups/ },
  );

  const text = await runPosternInProcess(server.cwd, ['client', 'preview', 'app', '--account', 'ada']);
  t.match(text.out, /Access: yes/);
  t.match(text.out, /groups +id_token, userinfo/);
  t.equal((await runPosternInProcess(server.cwd, ['client', 'preview', 'nope', '--account', 'ada'])).exit, 3);
  t.equal((await runPosternInProcess(server.cwd, ['client', 'preview', 'app', '--account', 'nope'])).exit, 3);
  const unknown = ['client', 'preview', 'app', '--account', 'ada', '--resource', 'https://no.example/'];
  t.match((await runPosternInProcess(server.cwd, unknown)).err, /no resource https:\/\/no\.example\//);
});

t.test('a preview says whether a request may name an API, and why (RFC 8707 §2)', async (t) => {
  const [plain, other, open] = [
    'https://plain.example.com/',
    'https://other.example.com/',
    'https://open.example.com/',
  ];
  const web = { ...usualConfig.clients[0], grant_types: ['authorization_code', 'refresh_token'] };
  const server = await startServerProcess(t, {
    config: {
      accounts: [{ username: 'ada', password }],
      resources: [
        { audience, scopes: ['read'] },
        { audience: plain, scopes: [] },
        { audience: other, scopes: ['see'], default: true },
        { audience: open, scopes: [], self_described_clients: true },
      ],
      clients: [
        { ...web, client_id: 'all' },
        { ...web, client_id: 'some', scope: 'openid read', resources: [audience] },
        { ...web, client_id: 'listing', scope: 'openid', resources: [plain] },
        { ...web, client_id: 'api-only', scope: 'read', resources: [audience] },
      ],
      registration: { enabled: true },
    },
  });
  const run = (id: string, ...args: string[]) =>
    runPosternInProcess(server.cwd, ['client', 'preview', id, '--account', 'ada', ...args]);
  const preview = async (id: string, ...args: string[]) => JSON.parse((await run(id, ...args, '--json')).out);
  const api = async (id: string, resource: string) => (await preview(id, '--resource', resource)).api;

  t.match(await api('all', plain), { allowed: true, why: /no scope that limits it/ });
  t.match(await api('some', audience), { allowed: true, why: /may use scopes of it/ });
  t.match(await api('listing', plain), { allowed: true, why: /resources of the client name it/ });
  t.match(await api('some', other), { allowed: true, why: /default/ });
  t.match(await api('some', open), { allowed: true, why: /self_described_clients/ });
  const refused = await preview('some', '--resource', plain);
  t.match(refused.api, {
    audience: plain,
    allowed: false,
    error: 'invalid_target',
    why: /add the API to its resources/,
  });
  t.same(
    [refused.scopes, refused.claims, refused.id_token, refused.access_token],
    [[], [], undefined, undefined],
  );
  const text = await run('some', '--resource', plain);
  t.match(text.out, /API https:\/\/plain.example.com\/: no, .* A request for it gets invalid_target\./);
  t.match(
    await preview('some'),
    { api: { audience, allowed: true } },
    'the API of a request that names none',
  );

  const party = new RelyingParty(server.url, 'some');
  const url = party.authorizationUrl('x'.repeat(43), { resource: plain, scope: 'openid' });
  const page = await new Browser().request(url);
  t.match(page.headers.get('location'), 'error=invalid_target', 'as the server answers');

  const response = await fetch(`${server.url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: ['https://rp.example.com/callback'] }),
  });
  const { client_id: id } = Object(await response.json());
  t.match(await api(id, plain), { allowed: false, error: 'invalid_target', why: /registered itself/ });
  t.match(await api(id, open), { allowed: true, why: /self_described_clients/ });
  t.notOk('api' in (await preview(id)), 'the default is not for it');

  const { scopes } = await preview('api-only', '--scope', 'openid read');
  t.match(scopes, [
    { scope: 'openid', granted: false, why: /may not use it/ },
    { scope: 'read', granted: true },
  ]);
});

t.test('a request that names no API means the same one in a preview and at the server', async (t) => {
  const [reading, writing] = ['https://reading.example.com/', 'https://writing.example.com/'];
  const web = usualConfig.clients[0];
  const server = await startServerProcess(t, {
    config: {
      accounts: [{ username: 'ada', password }],
      resources: [
        { audience: reading, scopes: ['read'], default: true },
        { audience: writing, scopes: ['read', 'write'], default: true },
      ],
      clients: [web, { ...web, client_id: 'listing', resources: [writing, reading] }],
    },
  });
  const browser = new Browser();
  const scopesIn = (text: unknown): readonly string[] => String(text).split(' ').sort();
  for (const id of [String(web?.client_id), 'listing'])
    for (const [scope, audience] of [
      ['openid write', writing],
      ['openid read write', writing],
      ['openid read', id === 'listing' ? writing : reading],
    ] as const) {
      const { out } = await runPosternInProcess(server.cwd, [
        ...['client', 'preview', id, '--account', 'ada', '--scope', scope, '--json'],
      ]);
      const preview = JSON.parse(out);
      const party = new RelyingParty(server.url, id);
      const { code, verifier } = await codeFor(party, browser, { scope });
      const { body } = await party.redeem(code, verifier);
      const { aud, scope: granted } = decodeJwt(String(body['access_token']));
      t.same(preview.access_token?.aud, aud, `${id}: ${scope}`);
      t.same(scopesIn(preview.access_token?.scope), scopesIn(granted), `${id}: ${scope}`);
      t.match(preview.api, { audience }, `${id}: ${scope}`);
    }
});
