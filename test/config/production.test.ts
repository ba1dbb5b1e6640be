import t from 'tap';
import { configurationErrors, load } from './load.ts';

const key = 'A'.repeat(43);
const sound = `mode: production
issuer: https://id.example.com
security: { key_encryption_key: ${key} }
`;

/** Loads a valid production configuration with changes, and returns the errors. */
const said = (more: string, base = sound): readonly string[] =>
  configurationErrors(t.testdir({ 'postern.yaml': `${base}${more}` })).map((line) =>
    line.replace(/ \([^()]+\)$/, ''),
  );

t.test('a valid production configuration is accepted', async (t) => {
  t.same(said(''), []);
  t.equal(load(t.testdir({ 'postern.yaml': sound })).config.mode, 'production');
});

t.test(
  'production requires https, an explicit key, a durable store and no demo data (RFC 8414 §2)',
  async (t) => {
    const base = 'mode: production\nissuer: http://id.example.com\ndemo: true\nstore: { url: "memory:" }\n';
    t.same(said('', base), [
      'issuer: In production the issuer must be https, as https://id.example.com (RFC 8414 §2).',
      'security.key_encryption_key: Is missing: production needs your own key. Make one with `openssl rand -base64 32` and name its file in POSTERN_SECURITY__KEY_ENCRYPTION_KEY_FILE.',
      'store.url: Production refuses memory:, which loses everything at each stop. Use sqlite:PATH or redis://HOST.',
      'demo: Production refuses demo data: remove this key, or set it to false.',
    ]);
    for (const host of ['localhost:3000', '127.0.0.1:3000', '[::1]:3000'])
      t.same(said('', sound.replace('https://id.example.com', `http://${host}`)), [], host);
    t.match(said('', sound.replace('https://id.example.com', 'http://127.0.0.1.example.com')), [
      /must be https/,
    ]);
  },
);

t.test('the key that encrypts keys is 32 bytes', async (t) => {
  const withKey = (text: string): readonly string[] => said('', sound.replace(key, `"${text}"`));
  const bytes = Buffer.alloc(32, 0xfb);
  for (const encoding of ['hex', 'base64', 'base64url'] as const)
    t.same(withKey(bytes.toString(encoding)), [], encoding);
  for (const wrong of ['secret', 'A'.repeat(42), 'A'.repeat(65), `${'A'.repeat(42)}!`])
    t.same(withKey(wrong), [
      'security.key_encryption_key: Expected 32 bytes written as base64url, base64 or hex (make one: openssl rand -base64 32).',
    ]);
});

t.test('production refuses plain-text secrets from every source', async (t) => {
  const more = `clients:
  - { client_id: a, client_secret: plain }
  - { client_id: b, secrets: [{ name: one, value: plain }, { name: two, hash: hashed }] }
accounts:
  - { username: alice, password: plain }
  - { username: bob, password_hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA" }
`;
  const refusal = (name: string, instead: string): string =>
    `Production refuses a secret in plain text. Use ${name}_file with the name of a file that holds it, or ${instead}.`;
  t.same(said(more), [
    `clients.0.client_secret: ${refusal('client_secret', 'secrets with a hash instead')}`,
    `clients.1.secrets.0.value: ${refusal('value', 'hash instead')}`,
    `accounts.0.password: ${refusal('password', 'password_hash instead')}`,
  ]);
  t.same(said(more, ''), [], 'development takes them');
  const cwd = t.testdir({ 'postern.yaml': `${sound}accounts: [{ username: alice }]` });
  t.match(configurationErrors(cwd, { env: { POSTERN_ACCOUNTS__0__PASSWORD: 'plain' } }), [/password_file/]);
});

t.test('production accepts secrets from files', async (t) => {
  const cwd = t.testdir({
    'postern.yaml': `${sound}clients: [{ client_id: a, client_secret_file: secrets/a }]\naccounts: [{ username: alice }]\n`,
    secrets: { a: 'from a file\n', alice: 'correct horse\r\n' },
  });
  const { config } = load(cwd, { env: { POSTERN_ACCOUNTS__0__PASSWORD_FILE: 'secrets/alice' } });
  t.equal(config.clients[0]?.client_secret, 'from a file');
  t.equal(config.accounts[0]?.password, 'correct horse');
});

t.test('production does not trust everyone as a proxy', async (t) => {
  const refusal =
    'This trusts everyone: any caller could forge its address or certificate. Name the networks of your proxies.';
  t.same(said('proxy: { trusted: [10.0.0.0/8, 0.0.0.0/0, "::/0"] }'), [
    `proxy.trusted.1: ${refusal}`,
    `proxy.trusted.2: ${refusal}`,
  ]);
});

t.test(
  'requests to addresses that clients name may reach the named networks, never all networks',
  async (t) => {
    const secured = (networks: string) => ({
      yaml: sound.replace(' }', `, outbound: { allowed_networks: [${networks}] } }`),
    });
    const path = 'security.outbound.allowed_networks';
    const everything =
      'This allows every network: clients could make the server call anything it can reach. Name the networks of your relying parties.';
    const link = 'Link-local addresses must be listed one by one, without a prefix length.';
    t.same(said('', secured('10.0.0.0/8, "fd00::/8", 192.168.1.5, 169.254.169.254').yaml), []);
    t.same(said('', secured('"::/0", 10.0.0.0/8, 0.0.0.0/0, 169.254.0.0/16, "fe80::/10"').yaml), [
      `${path}.0: ${everything}`,
      `${path}.2: ${everything}`,
      `${path}.3: ${link}`,
      `${path}.4: ${link}`,
    ]);
    t.match(said('', secured('internal.example').yaml), [/Expected an IP address or a CIDR block/]);
  },
);

t.test('client certificates require TLS and a trusted proxy (RFC 8705 §2, §5)', async (t) => {
  const trusted = 'trusted: [10.0.0.5], client_certificate_header: client-certificate';
  t.same(said(`proxy: { ${trusted}, mtls_origin: "https://mtls.id.example.com" }`), []);
  t.same(said('proxy: { mtls_origin: "http://id.example.com" }'), [
    'proxy.mtls_origin: Is the host of the issuer: leave it out when the proxy asks for certificates there.',
    'proxy.mtls_origin: Must be https: certificates are shown in a TLS handshake.',
    'proxy.mtls_origin: No proxy is trusted, so no certificate counts: name the one that asks for them in proxy.trusted.',
    'proxy.mtls_origin: No certificate is read: name the header that the proxy sets in proxy.client_certificate_header.',
  ]);
  const answering = sound.replace(' }', ', allowed_hosts: [mtls.id.example.com] }');
  t.same(said(`proxy: { ${trusted}, mtls_origin: "https://mtls.id.example.com" }`, answering), [
    'proxy.mtls_origin: Is in security.allowed_hosts too, so pages would be served there as well: remove it there.',
  ]);
});

t.test('development listens on loopback only', async (t) => {
  const refusal =
    'Development mode listens on loopback only: set 127.0.0.1, or mode: production to be reachable from elsewhere.';
  for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.com', '127.0.0.1.example.com'])
    t.same(said(`listen: { host: "${host}" }`, ''), [`listen.host: ${refusal}`], host);
  for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
    t.same(said(`listen: { host: "${host}" }`, ''), [], host);
  t.same(said('metrics: { enabled: true, port: 9090, host: 0.0.0.0 }', ''), [`metrics.host: ${refusal}`]);
  t.same(said('listen: { host: 0.0.0.0 }'), []);
});

const rules: Readonly<Record<string, readonly [yaml: string, ...said: string[]]>> = {
  'client identifiers are unique': [
    'clients: [{ client_id: a }, { client_id: b }, { client_id: a }]',
    'clients.2.client_id: There is another client with this name.',
  ],
  'secrets of a client have names of their own': [
    'clients: [{ client_id: a, secrets: [{ name: x, hash: h }, { name: x, hash: i }] }]',
    'clients.0.secrets.1.name: There is another secret of this client with this name.',
  ],
  'usernames differ in more than case': [
    'accounts: [{ username: Alice, password: p }, { username: alice, password: p }]',
    'accounts.1.username: There is another account with this name.',
  ],
  'audiences are unique': [
    'resources: [{ audience: "https://api" }, { audience: "https://api" }]',
    'resources.1.audience: There is another resource with this name.',
  ],
  'a client has one kind of secret': [
    'clients: [{ client_id: a, client_secret: x, secrets: [{ name: n, hash: h }] }]',
    'clients.0.client_secret: Give either client_secret or secrets, not both.',
  ],
  'a named secret is a hash or a value': [
    'clients: [{ client_id: a, secrets: [{ name: n }, { name: m, hash: h, value: v }] }]',
    'clients.0.secrets.0: Give exactly one of hash, value and value_file.',
    'clients.0.secrets.1: Give exactly one of hash, value and value_file.',
  ],
  'a public client has no secret': [
    'clients: [{ client_id: a, token_endpoint_auth_method: none, client_secret: x }]',
    'clients.0: A client with token_endpoint_auth_method none has no secret: remove it, or choose client_secret_basic.',
  ],
  'issuer_tokens is for public clients': [
    'clients: [{ client_id: a, client_secret: x, issuer_tokens: true }]',
    'clients.0.issuer_tokens: Is for public clients: set token_endpoint_auth_method to none.',
  ],
  'a public client uses PKCE (RFC 9700 §2.1.1)': [
    'clients: [{ client_id: a, token_endpoint_auth_method: none, pkce: exempt }]',
    'clients.0.pkce: A public client can not be exempt from PKCE (RFC 9700 §2.1.1): choose a client authentication method.',
  ],
  'jwks and jwks_uri exclude each other (RFC 7591 §2)': [
    'clients: [{ client_id: a, jwks: { keys: [] }, jwks_uri: "https://a.example/jwks" }]',
    'clients.0.jwks_uri: Give either jwks or jwks_uri, not both (RFC 7591 §2).',
  ],
  'a client’s jwks is public': [
    'clients: [{ client_id: a, jwks: { keys: [{ kty: EC, d: x }] } }]',
    'clients.0.jwks: Holds a private or symmetric key: give the public part only.',
  ],
  'a client known by the name in its certificate wants a proxy that verifies it (RFC 8705 §2.1)': [
    'proxy: { client_certificate_header: client-cert }\nclients: [{ client_id: a, token_endpoint_auth_method: tls_client_auth, tls_client_auth_san_dns: a.example }]',
    'clients.0.token_endpoint_auth_method: tls_client_auth needs verified certificates, and client-cert does not say whether one was verified: set proxy.client_certificates_verified to true if the proxy passes on only verified ones.',
  ],
  'the resources of a client exist': [
    'clients: [{ client_id: a, resources: ["https://api.example/"] }]\nresources: [{ audience: "https://api.example" }]',
    'clients.0.resources.0: There is no resource with this audience. Did you mean https://api.example?',
  ],
  'an account has one password': [
    'accounts: [{ username: a }, { username: b, password: p, password_hash: $2b$10$x }]',
    'accounts.0: Give exactly one of password, password_file and password_hash.',
    'accounts.1: Give exactly one of password, password_file and password_hash.',
  ],
  'custom claims are custom': [
    'accounts: [{ username: a, password: p, claims: { email: x, iss: y, department: z } }]',
    'accounts.0.claims.email: Is not a custom claim: standard claims are keys of the account, and the server sets the others.',
    'accounts.0.claims.iss: Is not a custom claim: standard claims are keys of the account, and the server sets the others.',
  ],
  'metrics are guarded': [
    'metrics: { enabled: true }',
    'metrics: Set metrics.port (a separate port) or metrics.token: otherwise anyone could read the metrics.',
  ],
  'the default language is offered': [
    'pages: { languages: [de, pl] }',
    'pages.default_language: Is not among pages.languages (de, pl).',
  ],
  'the deadline covers one operation': [
    'store: { deadline_ms: 400 }',
    'store.deadline_ms: Must not be shorter than store.operation_timeout_ms.',
  ],
  'workers share the store': [
    'store: { url: "memory:" }\nlisten: { workers: 2 }',
    'listen.workers: Several processes can not share memory:. Use sqlite:PATH or redis://HOST, or one worker.',
  ],
};

for (const [title, [yaml, ...expected]] of Object.entries(rules))
  t.test(title, async (t) => {
    t.same(said(yaml, ''), expected);
  });

t.test('a section that fails its schema is not checked again by the rules', async (t) => {
  t.same(said('clients: [{ client_id: 5 }, { client_id: 5 }]\npages: { languages: [de] }', '').length, 3);
});
