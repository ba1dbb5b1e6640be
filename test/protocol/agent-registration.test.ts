/**
 * Registrations as agents and editors send them. Many ask for every grant and scope that they know of, and some say that
 * an app with a scheme of its own is a web application.
 */
import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';

const api = 'https://mcp.example.com/mcp';
const codeAndRefresh = { grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
const publicApp = { ...codeAndRefresh, token_endpoint_auth_method: 'none' };
const device = 'urn:ietf:params:oauth:grant-type:device_code';

interface Agent {
  readonly payload: Readonly<Record<string, unknown>>;
  /** The URI of the authorization request, where it isn't the first registered one. */
  readonly redirectUri?: string;
  readonly registered?: Readonly<Record<string, unknown>>;
  /** What it asks for at the authorization endpoint; the registered scope when absent. */
  readonly scope?: string;
}

const cursorUris = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'http://localhost:8787/callback',
  'http://127.0.0.1:8787/callback',
];

const agents: Readonly<Record<string, Agent>> = {
  'VS Code': {
    payload: {
      ...publicApp,
      grant_types: ['authorization_code', 'refresh_token', device],
      client_name: 'Visual Studio Code',
      client_uri: 'https://code.visualstudio.com',
      redirect_uris: [
        'https://insiders.vscode.dev/redirect',
        'https://vscode.dev/redirect',
        'http://127.0.0.1/',
        'http://127.0.0.1:33418/',
      ],
      scope: 'notes:read',
      application_type: 'native',
    },
    redirectUri: 'http://127.0.0.1:51234/',
    registered: { grant_types: ['authorization_code', 'refresh_token'], application_type: 'native' },
  },
  Cursor: {
    payload: {
      ...publicApp,
      client_name: 'Cursor',
      redirect_uris: cursorUris.slice(0, 1),
    },
    registered: { application_type: 'native' },
  },
  'Cursor with loopback URIs, as a web application': {
    payload: { ...publicApp, client_name: 'Cursor', redirect_uris: cursorUris, application_type: 'web' },
    registered: { application_type: 'native', redirect_uris: cursorUris },
  },
  'Claude Code': {
    payload: {
      ...publicApp,
      client_name: 'Claude Code (notes)',
      redirect_uris: ['http://localhost:3118/callback'],
    },
    redirectUri: 'http://localhost:54545/callback',
    registered: { application_type: 'native' },
  },
  'claude.ai': {
    payload: {
      ...codeAndRefresh,
      token_endpoint_auth_method: 'client_secret_post',
      client_name: 'Claude',
      redirect_uris: ['https://claude.ai/api/mcp/auth_callback'],
      scope: 'notes:read notes:write',
    },
    registered: { scope: 'notes:read notes:write', application_type: 'web' },
  },
  ChatGPT: {
    payload: {
      ...codeAndRefresh,
      token_endpoint_auth_method: 'client_secret_basic',
      client_name: 'ChatGPT',
      redirect_uris: ['https://chatgpt.com/connector_platform_oauth_redirect'],
    },
  },
  'Gemini CLI': {
    payload: {
      ...publicApp,
      client_name: 'Gemini CLI MCP Client',
      redirect_uris: ['http://localhost:7777/oauth/callback'],
      scope: '',
    },
  },
  'MCP Inspector': {
    payload: {
      ...publicApp,
      client_name: 'MCP Inspector',
      client_uri: 'https://github.com/modelcontextprotocol/inspector',
      redirect_uris: ['http://localhost:6274/oauth/callback', 'http://localhost:6274/oauth/callback/debug'],
      scope: 'openid profile email address phone offline_access notes:read notes:write',
    },
  },
  'the TypeScript SDK': {
    payload: { client_name: 'An MCP client', redirect_uris: ['http://localhost:8090/callback'] },
    registered: { grant_types: ['authorization_code'], token_endpoint_auth_method: 'client_secret_basic' },
  },
  'the Python SDK, with scopes and grants that this server does not give': {
    payload: {
      client_name: 'An MCP client',
      redirect_uris: ['http://localhost:3030/callback'],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code', 'token'],
      token_endpoint_auth_method: 'client_secret_post',
      scope: 'openid offline_access admin notes:read billing:write',
    },
    registered: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'openid offline_access notes:read',
    },
  },
  Codex: {
    payload: {
      ...publicApp,
      client_name: 'Codex',
      redirect_uris: ['http://127.0.0.1:1455/callback'],
      scope: 'notes:read offline_access',
    },
    redirectUri: 'http://127.0.0.1:40001/callback',
  },
};

const config = {
  ...usualConfig,
  resources: [
    { audience: api, scopes: ['notes:read', 'notes:write'], self_described_clients: true },
    { audience: 'https://billing.example.com', scopes: ['billing:write'] },
  ],
  registration: { enabled: true, redirect_schemes: ['cursor', 'windsurf'] },
  security: { password: { memory_kib: 8192, passes: 1 }, throttle: { registration_per_address: 0 } },
};

const register = async ({ issuer }: TestServer, payload: unknown) => {
  const response = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
  });
  const body: Readonly<Record<string, unknown>> = await response.json();
  return { status: response.status, body };
};

/** The person signs in and allows. */
const codeOf = async (url: string): Promise<string> => {
  const browser = new Browser();
  let page = await browser.open(url);
  page = await browser.submit(page, { login: 'ada', password });
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  return redirectParameters(page).get('code') ?? `${redirectParameters(page)}`;
};

const server = await startInProcess(t, config);

for (const [name, agent] of Object.entries(agents)) {
  t.test(`${name} registers, and gets tokens for the API`, async (t) => {
    const { payload, registered = {} } = agent;
    const { status, body } = await register(server, payload);
    t.equal(status, 201, JSON.stringify(body));
    t.match(body, registered, 'the answer says what is registered');
    t.notOk(
      JSON.stringify(body['redirect_uris']) !== JSON.stringify(payload['redirect_uris']),
      'every redirect URI is kept',
    );
    const [first = ''] = Object(payload['redirect_uris']);
    const redirectUri = agent.redirectUri ?? first;
    const secret = body['client_secret'];
    const party = new RelyingParty(
      server.issuer,
      String(body['client_id']),
      typeof secret === 'string' ? secret : '',
    );
    const verifier = newVerifier();
    const scope = agent.scope ?? String(body['scope']);
    const url = party.authorizationUrl(verifier, {
      redirect_uri: redirectUri,
      scope,
      resource: api,
      prompt: 'consent',
    });
    const tokens = await party.redeem(await codeOf(url), verifier, {
      redirect_uri: redirectUri,
      resource: api,
    });
    t.equal(tokens.status, 200, JSON.stringify(tokens.body));
    t.match(tokens.body.scope, /notes:read/);
    const grants = Object(body['grant_types']);
    if (!grants.includes('refresh_token')) return;
    const next = await party.refresh(tokens.body.refresh_token ?? '', { resource: api });
    t.equal(next.status, 200, JSON.stringify(next.body));
  });
}

t.test('nothing is registered when nothing that was asked for is allowed', async (t) => {
  const uris = { redirect_uris: ['http://localhost:1/callback'] };
  for (const [payload, field] of [
    [{ ...uris, grant_types: ['client_credentials', device] }, 'grant_types'],
    [{ ...uris, grant_types: [] }, 'grant_types'],
    [{ ...uris, response_types: ['token', 'id_token'] }, 'response_types'],
    [{ ...uris, scope: 'admin billing:write' }, 'scope'],
  ] as const) {
    const { status, body } = await register(server, payload);
    t.match({ status, body }, { status: 400, body: { error: 'invalid_client_metadata' } });
    t.match(body['error_description'], new RegExp(`^${field}: `));
  }
});

t.test('what was left out is refused where it is asked for', async (t) => {
  const { body } = await register(server, {
    ...publicApp,
    redirect_uris: ['http://localhost:1/callback'],
    scope: 'openid notes:read billing:write',
  });
  const party = new RelyingParty(server.issuer, String(body['client_id']), '');
  const ask = async (parameters: Record<string, string>) => {
    const url = party.authorizationUrl(newVerifier(), {
      redirect_uri: 'http://localhost:1/callback',
      ...parameters,
    });
    await new Browser().request(url);
    // A self-registered client gets no error by redirect before the person has signed in.
    return server.events.findLast(({ outcome }) => outcome === 'refused')?.reason;
  };
  t.equal(await ask({ scope: 'openid notes:write', resource: api }), 'invalid_scope');
  t.equal(
    await ask({ scope: 'openid billing:write', resource: 'https://billing.example.com' }),
    'invalid_target',
  );
});

t.test('a scheme is registered only if the operator lists it, for public clients', async (t) => {
  const strict = await startInProcess(t, { ...config, registration: { enabled: true } });
  const cursor = { ...publicApp, redirect_uris: cursorUris.slice(0, 1), application_type: 'native' };
  const refuses = async (at: TestServer, payload: object) => {
    const { status, body } = await register(at, payload);
    t.match(
      { status, body },
      { status: 400, body: { error: 'invalid_redirect_uri' } },
      JSON.stringify(payload),
    );
  };
  await refuses(strict, cursor);
  await refuses(strict, { ...cursor, application_type: 'web' });
  await refuses(server, { ...cursor, token_endpoint_auth_method: 'client_secret_basic' });
  for (const uri of [
    'vscode://callback',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'blob:https://a.example/x',
    'about:blank',
    'vbscript:x',
    'view-source:https://a.example/',
  ]) {
    await refuses(server, { ...publicApp, redirect_uris: [uri] });
  }
  for (const scheme of ['javascript', 'data', 'https', 'file', 'Cursor', 'cursor:']) {
    await t.rejects(
      startInProcess(t, { ...config, registration: { enabled: true, redirect_schemes: [scheme] } }),
      { code: 'bad_configuration' },
      scheme,
    );
  }
  const onHosts = await startInProcess(t, {
    ...config,
    registration: { ...config.registration, redirect_hosts: ['*.example.com'] },
  });
  t.equal((await register(onHosts, cursor)).status, 201, 'redirect_hosts is about hosts');
  const onHost = await register(onHosts, { ...publicApp, redirect_uris: ['https://a.example.com/'] });
  t.equal(onHost.status, 201, 'a name of one letter is below the domain');
  await refuses(onHosts, { ...publicApp, redirect_uris: ['https://.example.com/'] });
  await refuses(onHosts, { ...publicApp, redirect_uris: ['https://elsewhere.test/'] });
});

t.test('an operator may give any scheme to a native client of the configuration', async (t) => {
  const [redirectUri = ''] = cursorUris;
  const client = {
    client_id: 'cursor',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    redirect_uris: [redirectUri],
  };
  const own = await startInProcess(t, { ...config, clients: [client] });
  const party = new RelyingParty(own.issuer, 'cursor', '');
  const verifier = newVerifier();
  const code = await codeOf(party.authorizationUrl(verifier, { redirect_uri: redirectUri }));
  t.equal((await party.redeem(code, verifier, { redirect_uri: redirectUri })).status, 200);
  await t.rejects(
    startInProcess(t, { ...config, clients: [{ ...client, redirect_uris: ['javascript:alert(1)'] }] }),
    { code: 'bad_configuration' },
  );
});

t.test('the metadata names the scopes that a client may register, when registration is open', async (t) => {
  const scopesOf = async ({ issuer }: TestServer): Promise<readonly string[]> =>
    (await (await fetch(`${issuer}/.well-known/oauth-authorization-server`)).json()).scopes_supported;
  const open = await scopesOf(server);
  t.ok(open.includes('notes:read'));
  t.notOk(open.includes('billing:write'));
  t.equal(
    (await register(server, { ...publicApp, redirect_uris: ['http://localhost/'], scope: open.join(' ') }))
      .body['scope'],
    open.join(' '),
  );
  const closed = await startInProcess(t, {
    ...config,
    registration: { ...config.registration, initial_access_tokens: ['an-initial-access-token'] },
  });
  t.ok((await scopesOf(closed)).includes('billing:write'));
});

t.test('a request that names no scope gets the default scopes of the API (RFC 6749 §3.3)', async (t) => {
  const withDefaults = await startInProcess(t, {
    ...config,
    resources: [
      {
        audience: api,
        scopes: ['notes:read', 'notes:write'],
        default_scopes: ['notes:read'],
        self_described_clients: true,
      },
      { audience: 'https://plain.example.com', self_described_clients: true },
    ],
  });
  const redirectUri = 'http://localhost:1/callback';
  const tokensFor = async (resource: string, registeredScope: string, requestedScope = '') => {
    const { body } = await register(withDefaults, {
      ...publicApp,
      redirect_uris: [redirectUri],
      scope: registeredScope,
    });
    const party = new RelyingParty(withDefaults.issuer, String(body['client_id']), '');
    const verifier = newVerifier();
    const url = new URL(party.authorizationUrl(verifier, { redirect_uri: redirectUri, resource }));
    url.searchParams.delete('scope');
    if (requestedScope !== '') url.searchParams.set('scope', requestedScope);
    const code = await codeOf(url.href);
    return party.redeem(code, verifier, { redirect_uri: redirectUri, resource });
  };
  t.match(await tokensFor(api, 'notes:read notes:write'), { status: 200, body: { scope: 'notes:read' } });
  const plain = await tokensFor('https://plain.example.com', 'openid');
  t.match(plain, { status: 200, body: { access_token: String } }, JSON.stringify(plain.body));
  t.equal(plain.body.scope ?? '', '', 'an API without scopes needs none');
  // The MCP SDK for Python sends this scope, with the space, when an API publishes no scopes.
  const offline = ' offline_access';
  t.match(await tokensFor(api, offline, offline), { status: 200, body: { scope: /notes:read/ } });
  const plainOffline = await tokensFor('https://plain.example.com', offline, offline);
  t.match(decodeJwt(plainOffline.body.access_token ?? ''), { aud: 'https://plain.example.com' });
  const spaced = await tokensFor(api, 'notes:read notes:write', '  notes:write   notes:read ');
  t.match(spaced, { status: 200, body: { scope: 'notes:write notes:read' } });
  await t.rejects(
    startInProcess(t, {
      ...config,
      resources: [{ audience: api, scopes: ['notes:read'], default_scopes: ['notes:write'] }],
    }),
    { code: 'bad_configuration', message: /default_scopes/ },
  );
});
