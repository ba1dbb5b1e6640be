import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { commandsFor } from '#src/cli/index.ts';
import { runCommand } from '#src/cli/program.ts';

t.setTimeout(300_000);

interface Run {
  readonly exit: number;
  readonly err: string;
}

const folderWith = async (t: Test, yaml: string): Promise<string> => {
  const cwd = t.testdir();
  await writeFile(join(cwd, 'postern.yaml'), yaml);
  return cwd;
};

const run = async (cwd: string, args: readonly string[]): Promise<Run> => {
  let err = '';
  const streams = {
    out() {},
    err(text: string) {
      err += text;
    },
    outAndWait: async () => {},
  };
  const settings = ['--set', 'log.level=silent', '--set', 'listen.port=0'];
  const exit = await runCommand(await commandsFor(args), [...args, ...settings], {
    streams,
    env: {},
    cwd,
    handleOwnSignals() {},
  });
  return { exit, err };
};

/** A start that is not refused would serve until it is stopped. */
const start = async (cwd: string): Promise<Run> => {
  const ended = run(cwd, ['start']);
  const done = new AbortController();
  const stop = sleep(15_000, undefined, { signal: done.signal }).then(
    () => process.emit('SIGTERM'),
    () => {},
  );
  const result = await ended;
  done.abort();
  await stop;
  return result;
};

const web = (...lines: readonly string[]): string =>
  ['clients:', '  - client_id: web', '    client_secret: a-secret-of-the-web-client-that-is-long', ...lines]
    .map((line, index) => (index < 3 ? line : `    ${line}`))
    .join('\n');
const redirect = (uri: string, ...lines: readonly string[]): string =>
  web(`redirect_uris: ["${uri}"]`, ...lines);
const withSetting = (...lines: readonly string[]): string => redirect('https://app.test/cb', ...lines);

/** Each case is a file and what both commands have to say about it. */
const refused: Readonly<Record<string, readonly [yaml: string, said: RegExp]>> = {
  'a redirect URI with a wildcard': [
    redirect('https://*.app.test/cb'),
    /clients\.0\.redirect_uris.*wildcard/,
  ],
  'a redirect URI without TLS': [redirect('http://app.test/cb'), /must use https/],
  'a script as redirect URI': [redirect('javascript:alert(1)'), /javascript:alert\(1\) must use https/],
  'a custom scheme of a web client': [redirect('com.example.app:/cb'), /only native clients/],
  'a scheme that browsers handle themselves': [
    redirect('view-source:https://app.test/', 'application_type: native'),
    /view-source, which browsers handle themselves/,
  ],
  'a redirect URI with a fragment': [redirect('https://app.test/#cb'), /fragment/],
  'a redirect URI with a user name': [redirect('https://u@app.test/cb'), /user name or password/],
  'no redirect URI': [web('client_name: Web'), /at least one URI/],
  'the implicit grant': [withSetting('grant_types: [implicit]'), /implicit is not offered/],
  'a grant that does not exist': [withSetting('grant_types: [magic]'), /magic is not one of/],
  'a response type of the implicit grant': [withSetting('response_types: [token]'), /only code is offered/],
  'a response mode that does not exist': [withSetting('response_modes: [pigeon]'), /may name query/],
  'a client certificate without a name': [
    withSetting('token_endpoint_auth_method: tls_client_auth'),
    /tls_client_auth_subject_dn/,
  ],
  'private_key_jwt without keys': [
    withSetting('token_endpoint_auth_method: private_key_jwt'),
    /jwks_uri is needed/,
  ],
  'a FAPI 2.0 client with a secret': [withSetting('profile: fapi2'), /profile fapi2/],
  'a logo that is a script': [withSetting('logo_uri: "javascript:x"'), /logo_uri.*https/],
  'an algorithm that no key has': [
    withSetting('id_token_signed_response_alg: ES384'),
    /id_token_signed_response_alg/,
  ],
  'an algorithm that keys.algorithms leaves out': [
    `keys: { algorithms: [ES256] }\n${withSetting('id_token_signed_response_alg: RS256')}`,
    /must be 'ES256'/,
  ],
  'an acr that this server does not have': [withSetting('default_acr_values: [gold]'), /default_acr_values/],
  'a confidential client without a secret': [
    'clients: [{ client_id: web, redirect_uris: ["https://app.test/cb"] }]',
    /client_secret.*missing/,
  ],
  'a hash that is not one of a secret': [
    'clients: [{ client_id: web, redirect_uris: ["https://app.test/cb"], secrets: [{ name: a, hash: x }] }]',
    /make-secret/,
  ],
  'a password hash that is incomplete': [
    'accounts: [{ username: ada, password_hash: "$argon2id$x" }]',
    /accounts\.0\.password_hash.*no known kind/,
  ],
  'a password hash that costs too much': [
    `accounts: [{ username: ada, password_hash: "$2b$30$${'a'.repeat(53)}" }]`,
    /accounts\.0\.password_hash.*costs more than a sign-in may/,
  ],
  'user names that differ in spaces only': [
    'accounts: [{ username: ada, password: pppppppppppp }, { username: " ADA", password: pppppppppppp }]',
    /accounts\.1\.username/,
  ],
  'a sub that is another account’s': [
    'accounts: [{ username: ada, password: pppppppppppp, sub: s }, { username: eve, password: pppppppppppp, sub: s }]',
    /accounts\.1\.sub/,
  ],
  'a signing service without TLS': [
    'keys: { remote: [{ url: "http://kms.test", kid: k, alg: ES256, public_jwk: { kty: EC } }] }',
    /url must be https/,
  ],
  'a signing service whose key is no key': [
    'keys: { remote: [{ url: "https://kms.test", kid: k, alg: ES256, public_jwk: { kty: EC } }] }',
    /not a public JWK/,
  ],
  'a store at an impossible port': ['store: { url: "redis://h:99999" }', /1 to 65535/],
  'a store with an unknown parameter': ['store: { url: "redis://h?foo=bar" }', /unknown parameter/],
  'a cluster without hosts': ['store: { url: "redis+cluster://," }', /names no host/],
  'a mistake of the sections': ['listen: { prot: 1 }', /listen\.port/],
};

for (const [name, [yaml, said]] of Object.entries(refused)) {
  t.test(`config check and start refuse ${name} alike`, async (t) => {
    const cwd = await folderWith(t, yaml);
    const checked = await run(cwd, ['config', 'check']);
    const started = await start(cwd);
    t.match(checked.err, said);
    t.same(checked, started);
    t.equal(checked.exit, 78);
  });
}

t.test(
  'config check reports the mistakes of clients, accounts and sections together, with their places',
  async (t) => {
    const cwd = await folderWith(
      t,
      `${redirect('http://app.test/cb')}\naccounts: [{ username: ada, password_hash: "$2b$99$x" }]\nlisten: { prot: 1 }\n`,
    );
    const { err } = await run(cwd, ['config', 'check']);
    t.match(err, /3 mistakes/);
    t.match(err, /redirect_uris.*\(postern\.yaml:4:5\)/);
    t.match(err, /password_hash.*\(postern\.yaml:5:29\)/);
  },
);

t.test('config check accepts what a server starts with, and leaves nothing behind', async (t) => {
  const cwd = await folderWith(t, withSetting('profile: default'));
  t.same(await run(cwd, ['config', 'check']), { exit: 0, err: '' });
  t.same(await readdir(cwd), ['postern.yaml']);
});
