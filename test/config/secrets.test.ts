import fc from 'fast-check';
import t from 'tap';
import { effectiveValues } from '#config';
import { configurationErrors, load } from './load.ts';

t.test('a secret is read from the file that its _file key or variable names', async (t) => {
  const cwd = t.testdir({
    conf: {
      'postern.yaml': 'metrics: { token_file: token }\nstore: { url_file: url }\n',
      token: 'sixteen-characters\n',
      url: 'redis://:pw@h',
    },
    tokens: 'first-initial-token\nsecond-initial-token\n',
  });
  const env = { POSTERN_REGISTRATION__INITIAL_ACCESS_TOKENS_FILE: 'tokens' };
  const { config, sources, secrets } = load(cwd, { env, file: 'conf/postern.yaml' });
  t.equal(config.metrics.token, 'sixteen-characters', 'from the folder of the file that says so');
  t.equal(config.store.url, 'redis://:pw@h');
  t.same(config.registration.initial_access_tokens, ['first-initial-token', 'second-initial-token']);
  t.same(sources.get('metrics.token'), { file: 'conf/postern.yaml' });
  t.same(sources.get('registration.initial_access_tokens.1'), {
    env: 'POSTERN_REGISTRATION__INITIAL_ACCESS_TOKENS_FILE',
  });
  t.same([...secrets].sort(), [
    'metrics.token',
    'registration.initial_access_tokens.0',
    'registration.initial_access_tokens.1',
    'store.url',
  ]);
});

t.test(
  'key and key_file override each other across sources, and exclude each other within one source',
  async (t) => {
    const cwd = t.testdir({
      'postern.yaml': 'metrics: { token: "token in the file itself" }',
      both: {
        'postern.yaml': 'metrics: { token: "token in the file itself", token_file: token }',
        token: 'x',
      },
      token: 'token in its own file',
    });
    const set = (text: string) => ({ flags: { set: [text] } });
    t.equal(load(cwd, set('metrics.token_file=token')).config.metrics.token, 'token in its own file');
    const env = { POSTERN_METRICS__TOKEN_FILE: 'token' };
    t.equal(
      load(cwd, { env, ...set('metrics.token=token of the flag') }).config.metrics.token,
      'token of the flag',
    );
    t.same(configurationErrors(`${cwd}/both`), [
      'metrics.token_file: Give either token or token_file, not both. (postern.yaml:1:47)',
    ]);
    t.same(configurationErrors(cwd, { env: { ...env, POSTERN_METRICS__TOKEN: 'also in the environment' } }), [
      'metrics.token_file: Give either token or token_file, not both. (POSTERN_METRICS__TOKEN_FILE)',
    ]);
  },
);

t.test('a file that holds no usable secret is named with the reason', async (t) => {
  const cwd = t.testdir({ empty: '\n', folder: {}, large: 'x'.repeat(70_000) });
  const said = (file: string): string | undefined =>
    configurationErrors(cwd, { env: { POSTERN_METRICS__TOKEN_FILE: file } })[0]?.replaceAll(`${cwd}/`, '');
  t.equal(
    said('none'),
    'metrics.token_file: Can not read none: there is no such file. (POSTERN_METRICS__TOKEN_FILE)',
  );
  t.equal(
    said('folder'),
    'metrics.token_file: Can not read folder: it is a folder. (POSTERN_METRICS__TOKEN_FILE)',
  );
  t.equal(said('empty'), 'metrics.token_file: empty is empty. (POSTERN_METRICS__TOKEN_FILE)');
  t.equal(
    said('large'),
    'metrics.token_file: large is larger than a secret may be (64 KiB). (POSTERN_METRICS__TOKEN_FILE)',
  );
  const inFile = t.testdir({ 'postern.yaml': 'metrics: { token_file: [a] }' });
  t.same(configurationErrors(inFile), [
    'metrics.token_file: Expected the name of a file. (postern.yaml:1:12)',
  ]);
});

t.test('only secrets can be read from files', async (t) => {
  const said = configurationErrors(t.testdir({}), { env: { POSTERN_ISSUER_FILE: 'x' } });
  t.match(said, [/^POSTERN_ISSUER_FILE: There is no such key/]);
});

t.test('only the password of the store’s URL is masked', async (t) => {
  const shown = (url: string): unknown => {
    const loaded = load(t.testdir({}), { env: { POSTERN_STORE__URL: url } });
    return effectiveValues(loaded).find(({ path }) => path === 'store.url')?.value;
  };
  t.equal(shown('redis://user:pw:more@host:6379/0'), 'redis://user:••••••@host:6379/0');
  t.equal(shown('redis://:pw@host'), 'redis://:••••••@host');
  t.equal(shown('redis://pw@host'), 'redis://••••••@host');
  t.equal(
    shown('redis+sentinel://:pw@a:1,b:2/main?db=1&sentinel_password=pw&sentinel%5Fpassword=pw'),
    'redis+sentinel://:••••••@a:1,b:2/main?db=1&sentinel_password=••••••&sentinel%5Fpassword=••••••',
  );
  t.equal(shown('rediss://u:pw@host/0?ca=/etc/ca.pem'), 'rediss://u:••••••@host/0?ca=/etc/ca.pem');
  t.equal(shown('redis+unix://:pw@/run/redis.sock'), 'redis+unix://:••••••@/run/redis.sock');
  t.equal(shown('redis://host:6379'), 'redis://host:6379');
  t.equal(shown('sqlite:./a:b@c.db'), 'sqlite:./a:b@c.db');
});

t.test('the parameters of a signing service’s URL are masked', async (t) => {
  const shown = (url: string): unknown => {
    const remote = { url, kid: 'k', alg: 'ES256', public_jwk: {} };
    const loaded = load(t.testdir({}), { env: { POSTERN_KEYS__REMOTE: JSON.stringify([remote]) } });
    return effectiveValues(loaded).find(({ path }) => path === 'keys.remote.0.url')?.value;
  };
  t.equal(shown('https://kms.example/sign'), 'https://kms.example/sign');
  t.equal(
    shown('https://kms.example/sign?key=secret&db=secret'),
    'https://kms.example/sign?key=••••••&db=••••••',
  );
});

/** Generates random texts that no key, default or message contains. */
const secretText = fc.stringMatching(/^[A-Za-z0-9!$%&*+,.;=^_|~-]{12,40}$/).map((text) => `Zq${text}Zq`);

t.test('no secret is ever shown, neither as a value nor in an error', async (t) => {
  const cwd = t.testdir({});
  fc.assert(
    fc.property(fc.array(secretText, { minLength: 9, maxLength: 9 }), fc.boolean(), (texts, isBroken) => {
      const [password, client, named, hash, token, initial, database, remote, parameter] = texts;
      const env = {
        POSTERN_ACCOUNTS: JSON.stringify([{ username: 'alice', password }]),
        POSTERN_CLIENTS: JSON.stringify([
          { client_id: 'a', client_secret: client },
          {
            client_id: 'b',
            secrets: [
              { name: 'x', value: named },
              { name: 'y', hash },
            ],
          },
        ]),
        POSTERN_METRICS__TOKEN: token,
        POSTERN_REGISTRATION__INITIAL_ACCESS_TOKENS: JSON.stringify([initial]),
        POSTERN_STORE__URL: `redis://user:${database}@host`,
        POSTERN_SECURITY__KEY_ENCRYPTION_KEY: '5c'.repeat(32),
        POSTERN_KEYS__REMOTE: JSON.stringify([
          {
            url: `https://kms.example/?key=${encodeURIComponent(parameter ?? '')}`,
            kid: 'k',
            alg: 'ES256',
            public_jwk: {},
            token: remote,
          },
        ]),
        ...(isBroken
          ? {
              POSTERN_METRICS__TOKEN: undefined,
              POSTERN_METRICS__TOKN: token,
              POSTERN_STORE__URL: `postgres://user:${database}@host`,
              POSTERN_SECURITY__KEY_ENCRYPTION_KEY: password,
              POSTERN_REGISTRATION__INITIAL_ACCESS_TOKENS: initial,
              POSTERN_CLIENTS: JSON.stringify([
                { client_id: 'a', client_secrt: client, secrets: named },
                hash,
              ]),
            }
          : {}),
      };
      const shown = isBroken
        ? configurationErrors(cwd, { env }).join('\n')
        : JSON.stringify(effectiveValues(load(cwd, { env })));
      return (
        isBroken === shown.includes('There is no such key') && !texts.some((text) => shown.includes(text))
      );
    }),
    { numRuns: 200 },
  );
});

t.test('broken YAML is reported without quoting its text', async (t) => {
  for (const yaml of [
    'metrics: { token: "hunter2-hunter2',
    'token: hunter2: hunter2',
    'a: 1\n  hunter2',
    '? [hunter2]\n: 1',
  ])
    t.notMatch(configurationErrors(t.testdir({ 'postern.yaml': yaml })).join('\n'), /hunter2/, yaml);
});
