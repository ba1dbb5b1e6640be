import { chmodSync } from 'node:fs';
import t from 'tap';
import { ConfigurationError } from '#config';
import { configurationErrors, load, type Variables } from './load.ts';

/** Each case is a file and the errors reported for it. */
const files: Readonly<Record<string, readonly [yaml: string, ...said: string[]]>> = {
  'an unknown key has a near neighbour': [
    'isuer: https://id.example.com',
    'isuer: There is no such key. Did you mean issuer? (postern.yaml:1:1)',
  ],
  'an unknown key is known elsewhere': [
    'port: 3000',
    'port: There is no such key. Did you mean listen.port? (postern.yaml:1:1)',
  ],
  'an unknown key in camel case': [
    'clients: [{ client_id: web, redirectUris: [] }]',
    'clients.0.redirectUris: There is no such key. Did you mean clients.0.redirect_uris? (postern.yaml:1:29)',
  ],
  'an unknown key like nothing': ['zebra: 1', 'zebra: There is no such key. (postern.yaml:1:1)'],
  'a key with a line break can not forge a line': [
    '"a\\n  b: c": 1',
    '"a\\n  b: c": There is no such key. (postern.yaml:1:1)',
  ],
  'a text for a number': [
    'listen:\n  port: "3000"',
    'listen.port: Expected an integer from 0 to 65535, found "3000". (postern.yaml:2:3)',
  ],
  'a number out of range': [
    'tokens: { issuer_code_ttl: 31 }',
    'tokens.issuer_code_ttl: Expected an integer from 5 to 30, found 31. (postern.yaml:1:11)',
  ],
  'a fraction': [
    'tokens: { par_ttl: 1.5 }',
    'tokens.par_ttl: Expected an integer from 5 to 60, found 1.5. (postern.yaml:1:11)',
  ],
  'a number for a text': [
    'pages: { name: 5 }',
    'pages.name: Expected a text, found 5; put it in quotes. (postern.yaml:1:10)',
  ],
  'nothing for a text': ['issuer:', 'issuer: Expected a text, found nothing (null). (postern.yaml:1:1)'],
  'an empty text': ['pages: { name: "" }', 'pages.name: Is empty. (postern.yaml:1:10)'],
  'a text for a list': ['clients: web', 'clients: Expected a list, found a text. (postern.yaml:1:1)'],
  'a list for a section': [
    'log: [info]',
    'log: Expected a section of keys, found a list. (postern.yaml:1:1)',
  ],
  'a text for a truth': [
    'admin: { enabled: "yes" }',
    'admin.enabled: Expected true or false, found a text. (postern.yaml:1:10)',
  ],
  'a word that is not among the choices': [
    'log: { level: warning }',
    'log.level: Expected one of fatal, error, warn, info, debug, trace, silent, found "warning". Did you mean warn? (postern.yaml:1:8)',
  ],
  'a required key is missing': [
    'clients:\n  - client_name: Web',
    'clients.0.client_id: Is missing: a text is required here. (postern.yaml:2:5)',
  ],
  'a scope with a space in it': [
    'claims: { "two words": [department] }',
    'claims."two words": The name is not a scope: printable characters without space, quote or backslash (RFC 6749 §3.3). (postern.yaml:1:11)',
  ],
  'a list that must not be empty': [
    'keys: { algorithms: [] }',
    'keys.algorithms: Is empty: at least 1 is expected. (postern.yaml:1:9)',
  ],
  'an entry of a list with nothing in it': [
    'clients:\n  -',
    'clients.0: Expected a section of keys, found nothing (null). (postern.yaml:2:4)',
  ],
  'a scope without a text': [
    'scopes: { read: }',
    'scopes.read: Expected a text or a section of keys. (postern.yaml:1:11)',
  ],
  'one of two kinds': [
    'scopes: { read: 5 }',
    'scopes.read: Expected a text or a section of keys. (postern.yaml:1:11)',
  ],
  'an issuer with a path': [
    'issuer: https://id.example.com/',
    'issuer: Expected an http or https URL of scheme, host and port only, in lower case, without path, query, fragment or trailing slash, found "https://id.example.com/". (postern.yaml:1:1)',
  ],
  'a network that is none': [
    'proxy: { trusted: [10.0.0.0/33] }',
    'proxy.trusted.0: Expected an IP address or a CIDR block, as 10.0.0.0/8, found "10.0.0.0/33". (postern.yaml:1:20)',
  ],
  'a person with the subject of a client': [
    'clients: [{ client_id: web, redirect_uris: [https://a.example/cb], client_secret: a-secret-of-forty-three-characters-or-more-00 }]\naccounts: [{ username: ada, sub: web, password: correct horse }]',
    'accounts.0.sub: Is the client_id of a client. Choose another one. (postern.yaml:2:29)',
  ],
  'a role that people could give themselves': [
    'profile: { fields: [{ claim: department, label: Department }] }\nclients:\n  - { client_id: web, redirect_uris: [https://a.example/cb], client_secret: a-secret-of-forty-three-characters-or-more-00, claims: { role: { from: department, map: { board: Admin } } } }',
    'clients.0.claims: Decides by department, which people fill in themselves (at the sign-up, profile.editable, profile.fields). Use groups, or a claim that only you set. (postern.yaml:3:124)',
  ],
  'a role that people could give themselves by the user name that they choose': [
    'pages: { create_account: true }\nclients:\n  - { client_id: web, redirect_uris: [https://a.example/cb], client_secret: a-secret-of-forty-three-characters-or-more-00, claims: { role: { from: preferred_username, map: { board: Admin } } } }',
    'clients.0.claims: Decides by preferred_username, which people fill in themselves (at the sign-up, profile.editable, profile.fields). Use groups, or a claim that only you set. (postern.yaml:3:124)',
  ],
  'a store of an unknown kind': [
    'store: { url: "postgres://db" }',
    'store.url: Expected memory:, sqlite:PATH, redis://HOST, rediss://HOST, redis+unix:///SOCKET, redis+sentinel://HOSTS/NAME or redis+cluster://HOSTS. (postern.yaml:1:10)',
  ],
  'a key standing twice': [
    'mode: development\nmode: production',
    'This key is here twice. (postern.yaml:2:1)',
  ],
  'a tab': ['log:\n\tlevel: info', 'Tabs can not indent: use spaces. (postern.yaml:2:1)'],
  'a tag': ['issuer: !env ISSUER', 'There is no such tag. (postern.yaml:1:9)'],
  'not keys and values': ['- a', 'Expected keys and values, as `mode: development`. (postern.yaml)'],
  'an anchor within itself': [
    'clients: &a [*a]',
    'Is nested too deeply, or has too many aliases. (postern.yaml)',
  ],
};

for (const [title, [yaml, ...said]] of Object.entries(files))
  t.test(`the error is plain: ${title}`, async (t) => {
    t.same(configurationErrors(t.testdir({ 'postern.yaml': yaml })), said);
  });

t.test('all errors of all sources are reported together, each with its location', async (t) => {
  const cwd = t.testdir({
    'postern.yaml': 'isuer: x\nlisten: { port: abc }\nclients: [{ client_id: "a b" }]\n',
  });
  const env = { POSTERN_LOG__LEVEL: 'loud', POSTERN_STORE__URI: 'memory:' };
  const said = configurationErrors(cwd, { env, flags: { set: ['audit.days=3', 'nonsense'] } });
  t.same(said, [
    'POSTERN_STORE__URI: There is no such key for this variable. Did you mean POSTERN_STORE__URL?',
    'audit.days: There is no such key. (--set audit.days)',
    'Expected path=value, as listen.port=8080. (--set)',
    'isuer: There is no such key. Did you mean issuer? (postern.yaml:1:1)',
    'listen.port: Expected an integer from 0 to 65535, found "abc". (postern.yaml:2:11)',
    'clients.0.client_id: Expected printable ASCII characters without spaces, found "a b". (postern.yaml:3:13)',
    'log.level: Expected one of fatal, error, warn, info, debug, trace, silent, found "loud". (POSTERN_LOG__LEVEL)',
  ]);
});

t.test('the error lists each problem for programs as well', async (t) => {
  const error = t.throws(() => load(t.testdir({ 'postern.yaml': 'isuer: x' }))) as unknown;
  if (!(error instanceof ConfigurationError)) throw error;
  t.equal(error.code, 'bad_configuration');
  t.same(error.problems, [
    { path: 'isuer', message: 'There is no such key.', suggestion: 'issuer', where: 'postern.yaml:1:1' },
  ]);
});

t.test('a variable that names no key gets the nearest one suggested', async (t) => {
  const suggested = (name: string): string | undefined =>
    configurationErrors(t.testdir({}), { env: { [name]: '1' } })[0]?.match(/Did you mean (\S+)\?/)?.[1];
  t.equal(suggested('POSTERN_STORE_URL'), 'POSTERN_STORE__URL');
  t.equal(suggested('POSTERN_ISSUR'), 'POSTERN_ISSUER');
  t.equal(suggested('POSTERN_LISTEN__PROT'), 'POSTERN_LISTEN__PORT');
  t.equal(suggested('POSTERN_SECURITY__KEY_ENCRYPTION_KEY_FIEL'), 'POSTERN_SECURITY__KEY_ENCRYPTION_KEY');
  t.equal(suggested('POSTERN_ZEBRA_CROSSING'), undefined);
});

t.test('prototype names are refused from every source, and nothing is changed', async (t) => {
  const refused = (yaml: string, env: Variables = {}, set: string[] = []): readonly string[] =>
    configurationErrors(t.testdir({ 'postern.yaml': yaml }), { env, flags: { set } });
  const said = /^[\w."]*(__proto__|constructor|prototype): This name is not allowed\. \(.+\)$/;
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    t.match(refused(`${key}: { polluted: true }`), [said]);
    t.match(refused(`scopes: { ${key}: { polluted: text } }`), [said]);
    t.match(refused(`accounts: [{ username: a, claims: { x: { ${key}: 1 } } }]`).slice(0, 1), [said]);
    t.match(refused('', {}, [`scopes.${key}=x`]), [said]);
    t.match(refused('', {}, [`scopes={"${key}": "x"}`]), [said]);
    t.match(refused('', { POSTERN_SCOPES: `{"${key}": "x"}` }), [said]);
  }
  t.match(refused('', { POSTERN___PROTO____POLLUTED: 'x' }), [/no such key/]);
  t.match(refused('', {}, ['__proto__.polluted=x']), [/no such key/]);
  t.equal(Reflect.get({}, 'polluted'), undefined);
});

t.test('an unreadable file is named with the reason', async (t) => {
  const cwd = t.testdir({ 'postern.yaml': 'mode: development' });
  chmodSync(`${cwd}/postern.yaml`, 0o000);
  const isRoot = process.getuid?.() === 0;
  const said = isRoot ? [] : ['Can not read this file: its permissions forbid it. (postern.yaml)'];
  t.same(configurationErrors(cwd), said);
});

t.test('the shape of store.url is checked here, its details by the adapter', async (t) => {
  const said = (url: string): number =>
    configurationErrors(t.testdir({}), { env: { POSTERN_STORE__URL: url } }).length;
  const right = [
    'memory:',
    'sqlite:./data/postern.db',
    'sqlite:/var/lib/postern.db',
    'sqlite:///var/lib/postern.db',
    'redis://localhost',
    'redis://:pw@localhost:6379/1',
    'rediss://user:pw@host/0?ca=/etc/ca.pem',
    'redis+unix:///run/redis.sock?db=1',
    'redis+unix://:pw@/run/redis.sock',
    'redis+sentinel://:pw@a:26379,b:26379/primary?db=1',
    'redis+cluster://a:6379,b:6379?tls=true',
  ];
  for (const url of right) t.equal(said(url), 0, url);
  const wrong = [
    'memory',
    'memory:x',
    'sqlite:',
    'sqlite://',
    'redis://',
    'redis://:a/b@host',
    'redis+sentinel://a:26379',
    'redis+cluster://a/1',
    'mysql://x',
  ];
  for (const url of wrong) t.equal(said(url), 1, url);
});

t.test('a wrong port causes no second error about the issuer derived from it', async (t) => {
  const said = (yaml: string): number => configurationErrors(t.testdir({ 'postern.yaml': yaml })).length;
  for (const listen of ['{ port: many }', 'text', '[]', '5', '{ port: null }'])
    t.equal(said(`mode: production\nlisten: ${listen}\n`), 2, listen);
});

t.test('a scope that nothing defines is refused, with a suggestion', async (t) => {
  const refused = (yaml: string) => configurationErrors(t.testdir({ 'postern.yaml': yaml }));
  const client = (scope: string) =>
    `clients: [{ client_id: a, client_secret: ${'s'.repeat(43)}, scope: ${scope} }]`;
  t.match(refused(client('openid emial')), [/clients\.0\.scope: emial is a scope of no resource.*email/]);
  t.match(refused(client('openid teams')), [/teams is a scope of no resource, and not defined under claims/]);
});
