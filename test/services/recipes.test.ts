import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { parse as parseToml } from 'smol-toml';
import t, { type Test } from 'tap';
import { parse as parseYaml } from 'yaml';
import { environmentBlock } from '#src/services/recipes/connection.ts';
import { recipes } from '#src/services/recipes/index.ts';
import type { SnippetFormat } from '#src/services/recipes/recipe.ts';
import {
  Browser,
  basicAuthorization,
  httpGet,
  openCommandFolder,
  password,
  postForm,
  redirectParameters,
  startInProcess,
} from '../support/setup/index.ts';

/** What an application sends, and where it reads the person, as its own code does with the printed configuration. */
interface Behaviour {
  readonly url?: string;
  /** The path of its callback. */
  readonly callback: string;
  readonly method: 'basic' | 'post' | 'none';
  readonly sends: readonly ('challenge' | 'nonce')[];
  readonly scope?: string;
  readonly more?: Readonly<Record<string, string>>;
  readonly reads: 'id token' | 'userinfo';
  /** The claim that names the person. */
  readonly userName?: string;
}

const usualScope = 'openid profile email';
const withGroups = `${usualScope} groups`;
const both = ['challenge', 'nonce'] as const;

const applications: Readonly<Record<string, Behaviour>> = {
  apache: { callback: '/redirect_uri', method: 'basic', sends: both, scope: withGroups, reads: 'userinfo' },
  argocd: {
    callback: '/auth/callback',
    method: 'basic',
    sends: ['challenge'],
    scope: withGroups,
    reads: 'id token',
  },
  authlib: { callback: '/authorize', method: 'basic', sends: both, reads: 'id token' },
  'django-allauth': {
    callback: '/accounts/oidc/postern/login/callback/',
    method: 'basic',
    sends: ['challenge'],
    reads: 'userinfo',
  },
  gitea: {
    callback: '/user/oauth2/postern/callback',
    method: 'basic',
    sends: [],
    scope: withGroups,
    reads: 'userinfo',
  },
  gitlab: {
    callback: '/users/auth/openid_connect/callback',
    method: 'post',
    sends: ['nonce'],
    reads: 'userinfo',
  },
  grafana: {
    callback: '/login/generic_oauth',
    method: 'basic',
    sends: ['challenge'],
    scope: `${withGroups} offline_access`,
    reads: 'userinfo',
  },
  jupyterhub: {
    callback: '/hub/oauth_callback',
    method: 'basic',
    sends: ['challenge'],
    scope: withGroups,
    reads: 'userinfo',
  },
  kubernetes: {
    url: 'http://localhost:18000',
    callback: '',
    method: 'none',
    sends: both,
    scope: `${withGroups} offline_access`,
    reads: 'id token',
  },
  library: { callback: '/callback', method: 'basic', sends: ['nonce'], reads: 'id token' },
  miniflux: { callback: '/oauth2/oidc/callback', method: 'basic', sends: ['challenge'], reads: 'userinfo' },
  'mozilla-django-oidc': {
    callback: '/oidc/callback/',
    method: 'basic',
    sends: ['nonce'],
    reads: 'userinfo',
  },
  netbox: { callback: '/oauth/complete/oidc/', method: 'basic', sends: ['nonce'], reads: 'userinfo' },
  nextcloud: {
    callback: '/apps/user_oidc/code',
    method: 'post',
    sends: both,
    more: {
      claims: JSON.stringify({
        id_token: { email: null, name: null, preferred_username: null, quota: null },
        userinfo: { email: null, name: null, quota: null },
      }),
    },
    scope: withGroups,
    reads: 'id token',
  },
  'oauth2-proxy': {
    callback: '/oauth2/callback',
    method: 'basic',
    sends: ['challenge'],
    scope: withGroups,
    reads: 'userinfo',
  },
  pgadmin: {
    callback: '/oauth2/authorize',
    method: 'basic',
    sends: both,
    scope: withGroups,
    reads: 'id token',
  },
  pocketbase: { callback: '/api/oauth2-redirect', method: 'basic', sends: ['challenge'], reads: 'userinfo' },
  'spring-client': {
    callback: '/login/oauth2/code/postern',
    method: 'basic',
    sends: ['nonce'],
    reads: 'userinfo',
  },
  streamlit: {
    callback: '/oauth2callback',
    method: 'basic',
    sends: both,
    more: { prompt: 'select_account' },
    reads: 'id token',
  },
  superset: {
    callback: '/oauth-authorized/postern',
    method: 'basic',
    sends: both,
    scope: withGroups,
    reads: 'userinfo',
  },
  vault: {
    callback: '/ui/vault/auth/oidc/oidc/callback',
    method: 'basic',
    sends: both,
    scope: withGroups,
    reads: 'userinfo',
  },
};

interface Added {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly client_name: string;
  readonly recipe: {
    readonly name: string;
    readonly configuration: readonly {
      readonly where: string;
      readonly format: SnippetFormat;
      readonly text: string;
    }[];
  };
}

const runs = (program: string, args: readonly string[], input: string): string => {
  const { error, status, stderr } = spawnSync(program, [...args], { input, encoding: 'utf8' });
  // A machine without the program can't check this format.
  return error === undefined && status !== 0 ? stderr : '';
};

const everyLine = (text: string, pattern: RegExp): string =>
  text
    .split('\n')
    .filter((line) => line !== '' && !pattern.test(line))
    .join('\n');

const parses =
  (parse: (text: string) => unknown) =>
  (text: string): string => {
    parse(text);
    return '';
  };

/** What is wrong with a snippet, or nothing. */
const checks: Readonly<Record<SnippetFormat, (text: string) => string>> = {
  apache: (text) =>
    everyLine(text, /^ *(OIDC[A-Za-z]+ \S+|AuthType \S+|Require \S+|<Location "\/\S*">|<\/Location>)/),
  env: (text) => everyLine(text, /^[A-Z0-9_]+=[\w.:/-]+$/),
  ini: (text) => everyLine(text, /^(\[[\w.]+\]|\w+ = .+)$/),
  json: parses(JSON.parse),
  python: (text) => runs('python3', ['-c', 'import ast, sys; ast.parse(sys.stdin.read())'], text),
  ruby: (text) => runs('ruby', ['-c'], text),
  sh: (text) => runs('sh', ['-n'], text),
  toml: parses(parseToml),
  yaml: parses(parseYaml),
};

const folder = await mkdtemp(join(tmpdir(), 'postern-recipes-'));
t.teardown(() => rm(folder, { recursive: true, force: true }));
const store = `sqlite:${join(folder, 'store.db')}`;
const settings = {
  store: { url: store },
  groups: [{ name: 'staff' }],
  accounts: [
    { username: 'ada', password, name: 'Ada Lovelace', email: 'ada@example.com', groups: ['staff'] },
  ],
};
const server = await startInProcess(t, settings);
const { issuer } = server;
const { runInProcess } = await openCommandFolder(t, store);
const run = (args: readonly string[]) =>
  runInProcess(['client', 'add', ...args, '--set', `issuer=${issuer}`]);

const addByRecipe = async (t: Test, name: string, url: string): Promise<Added> => {
  const { exit, out, err } = await run(['--recipe', name, '--url', url, '--json']);
  t.equal(exit, 0, err);
  return JSON.parse(out);
};

const pageOf = async (url: string) => {
  const browser = new Browser();
  let page = await browser.open(url);
  if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
  if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
  return page;
};

/** Runs the code flow of the application, and returns the claims that it has of the person. */
const signIn = async (added: Added, behaviour: Behaviour, home: string) => {
  const { callback, method, sends, scope = usualScope, more = {}, reads } = behaviour;
  const { client_id: id, client_secret: secret = '' } = added;
  const redirectUri = `${home}${callback}`;
  const verifier = randomBytes(32).toString('base64url');
  const nonce = randomBytes(16).toString('base64url');
  const request = new URLSearchParams({
    client_id: id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'a-state',
    ...(sends.includes('challenge') && {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
    ...(sends.includes('nonce') && { nonce }),
    ...more,
  });
  const page = await pageOf(`${issuer}/oauth/authorize?${request}`);
  const code = redirectParameters(page).get('code');
  if (code === null) throw new Error(`no code: ${redirectParameters(page)}`);
  const tokens = await postForm(
    `${issuer}/oauth/token`,
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      ...(sends.includes('challenge') && { code_verifier: verifier }),
      ...(method !== 'basic' && { client_id: id }),
      ...(method === 'post' && { client_secret: secret }),
    },
    method === 'basic' ? basicAuthorization(id, secret) : {},
  );
  if (tokens.status !== 200) throw new Error(JSON.stringify(tokens.body));
  const keys = createRemoteJWKSet(new URL(`${issuer}/oauth/jwks`));
  const { payload } = await jwtVerify(tokens.body.id_token ?? '', keys, {
    algorithms: ['RS256'],
    issuer,
    audience: id,
  });
  if (sends.includes('nonce') && payload['nonce'] !== nonce) throw new Error('another nonce');
  if (reads === 'id token') return { tokens: tokens.body, claims: payload };
  const authorization = `Bearer ${tokens.body.access_token}`;
  return { tokens: tokens.body, claims: (await httpGet(`${issuer}/userinfo`, { authorization })).body };
};

t.test('every recipe says how its application behaves', async (t) => {
  t.same(
    recipes.map(({ name }) => name),
    [...Object.keys(applications), 'spring-api'].toSorted(),
  );
  const names = recipes.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  t.equal(new Set(names).size, names.length, 'no name has two meanings');
});

for (const recipe of recipes) {
  t.test(`${recipe.title} signs a person in with what its recipe prints`, async (t) => {
    const behaviour = applications[recipe.name];
    const home = behaviour?.url ?? `https://${recipe.name}.test`;
    const added = await addByRecipe(t, recipe.name, `${home}/`);
    const { configuration } = added.recipe;
    const all = configuration.map(({ text }) => text).join('\n');
    for (const { where, format, text } of configuration) t.equal(checks[format](text), '', where);
    t.match(all, added.client_id);
    if (added.client_secret !== undefined) t.match(all, added.client_secret);
    t.match(all, issuer);
    t.notMatch(all, /example\.|<[a-z_ ]+>|undefined|\bYOUR\b|\bCHANGE|\.\.\./i, 'no placeholder');
    if (behaviour === undefined) return;
    const { claims, tokens } = await signIn(added, behaviour, home);
    t.match(claims, { preferred_username: 'ada', name: 'Ada Lovelace', email: 'ada@example.com' });
    if (/groups/.test(behaviour.scope ?? '')) t.same(claims['groups'], ['staff']);
    const refreshes = /offline_access/.test(behaviour.scope ?? '');
    if (refreshes) t.type(tokens.refresh_token, 'string');
  });
}

t.test('the recipe of mozilla-django-oidc finds people by sub, and needs a verified address', async (t) => {
  const added = await addByRecipe(t, 'mozilla-django-oidc', 'https://django.test');
  const backend = added.recipe.configuration.find(({ where }) => where.startsWith('postern_backend.py'));
  t.match(added.recipe.configuration[0]?.text, '"postern_backend.PosternBackend"');
  const behaviour = applications['mozilla-django-oidc'];
  if (behaviour === undefined) throw new Error('no behaviour');
  const { claims } = await signIn(added, behaviour, 'https://django.test');
  // What the printed class inherits accepts everyone who has an address.
  const program = [
    'import json, sys, types',
    'class OIDCAuthenticationBackend:',
    '    UserModel = types.SimpleNamespace(objects=types.SimpleNamespace(filter=lambda **by: by))',
    '    def verify_claims(self, claims):',
    '        return "email" in claims',
    'auth = types.SimpleNamespace(OIDCAuthenticationBackend=OIDCAuthenticationBackend)',
    'sys.modules["mozilla_django_oidc"] = sys.modules["mozilla_django_oidc.auth"] = auth',
    'code, *people = json.load(sys.stdin)',
    'exec(code)',
    'backend = PosternBackend()',
    'user = types.SimpleNamespace(email="former@example.com", save=lambda update_fields: None)',
    'print(json.dumps({',
    '    "accepted": [backend.verify_claims(person) for person in people],',
    '    "found by": backend.filter_users_by_claims(people[0]),',
    '    "named": backend.get_username(people[0]),',
    '    "address": backend.update_user(user, people[0]).email,',
    '}))',
  ].join('\n');
  const people = [true, false, undefined].map((verified) => ({ ...claims, email_verified: verified }));
  const input = JSON.stringify([backend?.text ?? '', ...people]);
  const { error, stdout, stderr } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' });
  // A machine without Python can't run it.
  const expected = {
    accepted: [true, false, false],
    'found by': { username: claims.sub },
    named: claims.sub,
    address: claims.email,
  };
  if (!error) t.same(JSON.parse(stdout || 'null'), expected, stderr);
});

t.test('a Spring Boot API introspects the tokens of its audience', async (t) => {
  const added = await addByRecipe(t, 'spring-api', 'https://api.test');
  const [ours = '', theirs = ''] = added.recipe.configuration.map(({ text }) => text);
  await server.stop();
  const next = await startInProcess(t, { ...settings, ...parseYaml(ours) });
  const caller = await next.addClient({ type: 'machine', metadata: {} });
  const { body } = await postForm(
    `${next.issuer}/oauth/token`,
    { grant_type: 'client_credentials', resource: 'https://api.test', scope: 'api:read' },
    basicAuthorization(caller.id, caller.secret),
  );
  const properties = parseYaml(theirs).spring.security.oauth2.resourceserver.opaquetoken;
  const { pathname } = new URL(properties['introspection-uri']);
  const introspected = await postForm(
    `${next.issuer}${pathname}`,
    { token: body.access_token ?? '' },
    basicAuthorization(properties['client-id'], properties['client-secret']),
  );
  t.match(introspected.body, { active: true, scope: 'api:read', aud: 'https://api.test' });
});

t.test('flags of the client win over its recipe, and the secret is in no other place', async (t) => {
  const args = ['--recipe', 'grafana', '--url', 'https://grafana.test', '--name', 'Charts', '--first-party'];
  const { exit, out, err } = await run([...args, '--id', 'charts']);
  t.equal(exit, 0, err);
  t.match(out, /client_name +Charts\n.*first_party +true\nclient_id +charts\n/s);
  t.match(out, /Grafana: grafana\.ini\n\n\[server\]\nroot_url = https:\/\/grafana\.test\/\n/);
  t.match(out, /^client_id = charts$/m);
  t.match(err, /The secret is shown this once/);
  const elsewhere = ['--url', 'https://app.test', '--redirect-uri', 'https://app.test/oidc/done'];
  const library = await run(['--recipe', 'go-oidc', ...elsewhere, '--json']);
  t.match(
    JSON.parse(library.out).recipe.configuration[0].text,
    /^OIDC_REDIRECT_URI=https:\/\/app\.test\/oidc\/done$/m,
  );
  const local = await run(['--recipe', 'kubelogin', '--json']);
  t.match(JSON.parse(local.out), {
    redirect_uris: ['http://localhost:8000', 'http://127.0.0.1:8000'],
    token_endpoint_auth_method: 'none',
  });
});

t.test('recipes are listed, and what a recipe can not use is refused with the reason', async (t) => {
  const list = await run(['--recipe', 'list']);
  t.match(
    list.out,
    /RECIPE +APPLICATION +URL\napache +Apache with mod_auth_openidc +https:\/\/www\.example\.com/,
  );
  t.equal(JSON.parse((await run(['--recipe', 'list', '--json'])).out).items.length, recipes.length);
  const url = 'https://grafana.test';
  const refusals: [readonly string[], RegExp][] = [
    [['--recipe', 'grafanna', '--url', url], /no recipe grafanna; did you mean grafana\? .*--recipe list/],
    [['--recipe', 'something-else', '--url', url], /no recipe something-else `/],
    [['--recipe', 'grafana'], /--url is missing: the address of Grafana, as https:\/\/grafana\.example\.com/],
    [['--url', url], /--type/],
    [['--type', 'web', '--url', url], /--url needs --recipe/],
    [['--recipe', 'grafana', '--type', 'web', '--url', url], /leave --type out/],
    [['--recipe', 'grafana', '--auth-method', 'none', '--url', url], /leave --auth-method out/],
    [['--recipe', 'grafana', '--url', url, '--secret-stdin'], /--secret-stdin does not go with --recipe/],
    [['--recipe', 'grafana', '--url', url, '--id', 'a"b'], /--id may have letters/],
    [['--recipe', 'grafana', '--url', 'http://grafana.test'], /redirect_uris: .* must use https/],
    [['--recipe', 'grafana', '--url', 'grafana.test'], /is not the address of an application/],
    [['--recipe', 'grafana', '--url', `${url}/?a=b`], /is not the address of an application/],
    [['--recipe', 'grafana', '--url', `${url}/$(date)`], /is not the address of an application/],
    [['--recipe', 'grafana', '--url', 'https://ada@grafana.test'], /is not the address of an application/],
  ];
  for (const [args, message] of refusals) {
    const { exit, err, out } = await run(args);
    t.equal(exit, 2, `${args.join(' ')}: ${err}`);
    t.match(err, message);
    t.equal(out, '');
  }
});

t.test('nothing in the environment variables is run by a shell that reads them', (t) => {
  const uris = [
    'https://app.example.com/$(id)?a=1&b=2;c',
    "https://app.example.com/it's",
    'https://app.example.com/*?~=#!',
  ];
  for (const uri of uris) {
    const metadata = { client_id: `"'<>&/?#%..`, redirect_uris: [uri] };
    const block = environmentBlock({ issuer: 'https://auth.example.com' }, metadata, 'secret');
    const script = `${block}\nprintf '%s\\n' "$OIDC_ISSUER" "$OIDC_CLIENT_ID" "$OIDC_CLIENT_SECRET" "$OIDC_REDIRECT_URI"`;
    const { stdout, stderr } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    t.equal(stderr, '');
    t.same(stdout.trimEnd().split('\n'), ['https://auth.example.com', metadata.client_id, 'secret', uri]);
  }
  t.end();
});
