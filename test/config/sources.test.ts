import t from 'tap';
import { environment } from '#config';
import { configurationErrors, load } from './load.ts';

t.test('without any source every value is a default', async (t) => {
  const { config, sources, secrets } = load(t.testdir({}));
  t.match(config, {
    mode: 'development',
    issuer: 'http://localhost:3000',
    listen: { host: '127.0.0.1', port: 3000, workers: 1 },
    store: { url: 'sqlite:./data/postern.db' },
    clients: [],
    tokens: { access_token_ttl: 3600, level_of_assurance_claim: null },
    security: { password: { max_length: 256 } },
    demo: null,
  });
  t.same([...new Set(sources.values())], ['default']);
  t.equal(sources.has('security.throttle.sign_in_per_address'), true);
  t.equal(secrets.size, 0);
});

t.test('a later source replaces an earlier one, key by key', async (t) => {
  const cwd = t.testdir({
    'postern.yaml': 'log: { level: debug, format: json }\nlisten: { port: 4000, workers: 2 }\n',
  });
  const env = { POSTERN_LOG__LEVEL: 'warn', POSTERN_LISTEN__PORT: '5000' };
  const { config, sources } = load(cwd, { env, flags: { port: '6000' } });
  t.match(config.log, { level: 'warn', format: 'json' });
  t.match(config.listen, { port: 6000, workers: 2, host: '127.0.0.1' });
  t.same(sources.get('log.format'), { file: 'postern.yaml' });
  t.same(sources.get('log.level'), { env: 'POSTERN_LOG__LEVEL' });
  t.same(sources.get('listen.port'), { flag: '--port' });
  t.equal(sources.get('listen.host'), 'default');
});

t.test('the file is named by the flag, else by POSTERN_CONFIG, else it is postern.yaml', async (t) => {
  const cwd = t.testdir({
    'postern.yaml': 'pages: { name: default }',
    'one.yaml': 'pages: { name: one }',
    folder: { 'two.yaml': 'pages: { name: two }' },
  });
  const env = { POSTERN_CONFIG: 'one.yaml' };
  t.equal(load(cwd).config.pages.name, 'default');
  t.equal(load(cwd, { env: { POSTERN_CONFIG: '' } }).config.pages.name, 'default');
  t.equal(load(cwd, { env }).config.pages.name, 'one');
  const { config, sources } = load(cwd, { env, file: 'folder/two.yaml' });
  t.equal(config.pages.name, 'two');
  t.same(sources.get('pages.name'), { file: 'folder/two.yaml' });
  t.same(configurationErrors(cwd, { file: 'no.yaml' }), [
    'Can not read this file: there is no such file. (no.yaml)',
  ]);
  t.same(configurationErrors(cwd, { file: 'folder' }), ['Can not read this file: it is a folder. (folder)']);
});

t.test('variables are parsed by the type of their key', async (t) => {
  const env = {
    POSTERN_PAGES__NAME: '007',
    POSTERN_SECURITY__KEY_ENCRYPTION_KEY: '0'.repeat(64),
    POSTERN_PAGES__LANGUAGES: '[en, fr]',
    POSTERN_REGISTRATION__SCOPES: '["openid","email"]',
    POSTERN_TOKENS__LEVEL_OF_ASSURANCE_CLAIM: 'loa',
    POSTERN_DEMO: 'false',
    POSTERN_SCOPES: '{"read": {"en": "Read"}, "write": "Write"}',
    POSTERN_LOG__LEVEL: '',
    HOME: '/nowhere',
  };
  const { config, sources } = load(t.testdir({}), { env });
  t.equal(config.pages.name, '007');
  t.equal(config.security.key_encryption_key, '0'.repeat(64));
  t.same(config.pages.languages, ['en', 'fr']);
  t.same(config.registration.scopes, ['openid', 'email']);
  t.equal(config.tokens.level_of_assurance_claim, 'loa');
  t.equal(config.demo, false);
  t.same(config.scopes, { read: { en: 'Read' }, write: 'Write' });
  t.equal(config.log.level, 'info', 'an empty variable counts as not set');
  t.same(sources.get('scopes.read.en'), { env: 'POSTERN_SCOPES' });
  t.equal(load(t.testdir({}), { env: { POSTERN_DEMO: 'null' } }).config.demo, null);
});

t.test('a number addresses an item of a list, which may grow by one', async (t) => {
  const cwd = t.testdir({ 'postern.yaml': 'clients:\n  - client_id: web\n    client_name: Web\n' });
  const env = { POSTERN_CLIENTS__0__CLIENT_NAME: 'Shop', POSTERN_CLIENTS__1__CLIENT_ID: 'spa' };
  const { config, sources } = load(cwd, { env, flags: { set: ['clients.1.first_party=true'] } });
  t.same(config.clients, [
    { client_id: 'web', client_name: 'Shop' },
    { client_id: 'spa', first_party: true },
  ]);
  t.same(sources.get('clients.0.client_id'), { file: 'postern.yaml' });
  t.same(sources.get('clients.0.client_name'), { env: 'POSTERN_CLIENTS__0__CLIENT_NAME' });
  t.same(sources.get('clients.1.first_party'), { flag: '--set clients.1.first_party' });
  t.same(configurationErrors(cwd, { flags: { set: ['clients.5.client_id=x'] } }), [
    'clients.5.client_id: The list is shorter than that: positions count from 0 without gaps. (--set clients.5.client_id)',
  ]);
});

t.test('flags set any key; a name with dots is quoted', async (t) => {
  const set = ['scopes."https://api.example.com/read"=Read: all', 'log.level=error', 'log.level=fatal'];
  const { config, sources } = load(t.testdir({}), { flags: { set, host: '::1' } });
  t.same(config.scopes, { 'https://api.example.com/read': 'Read: all' });
  t.equal(config.log.level, 'fatal');
  t.equal(config.listen.host, '::1');
  t.same(sources.get('scopes."https://api.example.com/read"'), {
    flag: '--set scopes."https://api.example.com/read"',
  });
});

t.test('the default issuer follows the port, an explicit issuer does not', async (t) => {
  const cwd = t.testdir({});
  const issuer = (set: string[]): string => load(cwd, { flags: { set } }).config.issuer;
  t.equal(issuer(['listen.port=8080']), 'http://localhost:8080');
  t.equal(issuer(['listen.port=0']), 'http://localhost:3000');
  t.equal(issuer(['listen.port=8080', 'issuer=http://localhost:9000']), 'http://localhost:9000');
});

t.test('variables that Kubernetes sets for a Service named postern are ignored', async (t) => {
  const env = {
    POSTERN_SERVICE_HOST: '10.0.0.1',
    POSTERN_SERVICE_PORT: '3000',
    POSTERN_SERVICE_PORT_HTTP: '3000',
    POSTERN_PORT: 'tcp://10.0.0.1:3000',
    POSTERN_PORT_3000_TCP: 'tcp://10.0.0.1:3000',
    POSTERN_PORT_3000_TCP_ADDR: '10.0.0.1',
    POSTERN_METRICS_PORT_9090_TCP_PROTO: 'tcp',
  };
  t.same(configurationErrors(t.testdir({}), { env }), []);
  t.match(configurationErrors(t.testdir({}), { env: { POSTERN_PORT: '3000' } }), [
    /Did you mean POSTERN_LISTEN__PORT\?/,
  ]);
});

t.test('empty sections and lists count as absent', async (t) => {
  const cwd = t.testdir({ 'postern.yaml': 'clients:\n#  - client_id: web\nlisten:\nscopes:\n' });
  const { config } = load(cwd, { env: { POSTERN_LISTEN__PORT: '4000' } });
  t.same(config.clients, []);
  t.same(config.scopes, {});
  t.equal(config.listen.port, 4000);
  t.same(load(t.testdir({ 'postern.yaml': '# nothing yet\n' })).config.clients, []);
});

t.test("a loaded configuration can't be changed, and shares nothing with another one", async (t) => {
  const cwd = t.testdir({
    'postern.yaml': 'clients:\n  - &web { client_id: a, contacts: [x] }\n  - { <<: 1 }\n',
  });
  t.equal(configurationErrors(cwd).length, 2);
  const one = load(t.testdir({})).config;
  t.throws(() => Object.assign(one.listen, { port: 1 }), TypeError);
  t.throws(() => Object.assign(one.pages.languages, ['xx']), TypeError);
  t.not(one.pages.languages, load(t.testdir({})).config.pages.languages);
});

t.test('the environment is read from a copy', async (t) => {
  const seen = environment();
  t.equal(seen['PATH'], process.env['PATH']);
  t.not(seen, process.env);
});
