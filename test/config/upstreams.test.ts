import t, { type Test } from 'tap';
import { configurationErrors } from './load.ts';

type Upstream = Readonly<Record<string, unknown>>;

const good: Upstream = {
  id: 'acme',
  name: 'Acme',
  issuer: 'https://login.acme.example',
  client_id: 'postern',
  client_secret: 'a-secret-that-is-long-enough-0123456789',
};

const { issuer: _, ...withoutIssuer } = good;
const { client_secret: __, ...withoutSecret } = good;
const endpoints = {
  authorization_endpoint: 'https://acme.example/authorize',
  token_endpoint: 'https://acme.example/token',
  userinfo_endpoint: 'https://acme.example/user',
};

/** Each case is an upstream, or a whole configuration, and the errors reported for it. */
const mistakes: Readonly<Record<string, readonly [config: Upstream, ...said: string[]]>> = {
  'no issuer': [
    withoutIssuer,
    'upstreams.0.issuer: Is missing: give the issuer of the provider, as its metadata has it.',
  ],
  'no issuer of a preset that has none': [
    { ...withoutIssuer, preset: 'keycloak' },
    'upstreams.0.issuer: Is missing: give the issuer of the provider, as its metadata has it.',
  ],
  'an unknown preset': [
    { ...good, preset: 'gogle' },
    'upstreams.0.preset: Expected one of google, entra, github, gitlab, keycloak, postern, apple, found "gogle". Did you mean google?',
  ],
  'the id of the accounts here': [
    { ...good, id: 'local' },
    'upstreams.0.id: local means the accounts of this server.',
  ],
  'OAuth 2.0 with an issuer': [
    { ...good, oauth2: endpoints },
    'upstreams.0.oauth2: Is for providers without OpenID Connect: leave out preset and issuer, or this section.',
  ],
  'OAuth 2.0 without a secret': [
    (({ issuer: ___, ...rest }) => ({ ...rest, oauth2: endpoints }))(withoutSecret),
    'upstreams.0.client_secret: Is missing: this provider accepts no client without a secret.',
  ],
  'GitHub without a secret': [
    (({ issuer: ___, ...rest }) => ({ ...rest, preset: 'github' }))(withoutSecret),
    'upstreams.0.client_secret: Is missing: this provider accepts no client without a secret.',
  ],
  'Entra without tenants': [
    { ...withoutIssuer, preset: 'entra' },
    'upstreams.0.tenants: Is missing: anyone can make a directory at Microsoft, so list those whose people may sign in.',
  ],
  'tenants of another provider': [
    { ...good, tenants: ['a'] },
    'upstreams.0.tenants: Is for the preset entra; use required_claims for other providers.',
  ],
  'Apple without its key': [
    { ...withoutIssuer, preset: 'apple' },
    'upstreams.0.apple: Is missing: Apple wants a secret that is signed with your key. Give team_id and key_id.',
  ],
  'the key of Apple for another provider': [
    { ...good, apple: { team_id: 'T', key_id: 'K' } },
    'upstreams.0.apple: Is for the preset apple.',
  ],
  'linking by an address that is not trusted': [
    { ...good, link: 'verified_email' },
    'upstreams.0.link: verified_email needs an upstream that is trusted for addresses: set trust_email to true if it verifies each address itself, otherwise use sign_in.',
  ],
  'linking by an address of a preset that was told not to be trusted': [
    { ...good, preset: 'postern', trust_email: false, link: 'verified_email' },
    'upstreams.0.link: verified_email needs an upstream that is trusted for addresses: set trust_email to true if it verifies each address itself, otherwise use sign_in.',
  ],
  'a sign-out to a provider that has none': [
    { ...withoutIssuer, oauth2: endpoints, logout: 'upstream' },
    'upstreams.0.logout: upstream needs OpenID Connect, which this provider does not speak.',
  ],
  'an unknown level': [
    { ...good, acr: { theirs: 'ours' } },
    'upstreams.0.acr.theirs: ours is not in security.acr_values.',
  ],
  'an address from a table': [
    { ...good, claims: { email: { from: 'mail', map: { a: 'b' } } } },
    'upstreams.0.claims.email: Can not be set by a table: addresses come with their verification, and user names belong to one account.',
  ],
  'a group of administrators': [
    {
      admin: { groups: { admin: ['ops'] } },
      groups: [{ name: 'ops' }],
      upstreams: [{ ...good, groups: { map: { theirs: ['ops'] }, default: 'ops' } }],
    },
    'upstreams.0.groups.map.theirs: ops gives a role in the administration (admin.groups), which no upstream may do.',
    'upstreams.0.groups.default: ops gives a role in the administration (admin.groups), which no upstream may do.',
  ],
  'two with one id': [
    { upstreams: [good, { ...good, name: 'Other' }] },
    'upstreams.1.id: There is another upstream with this name.',
  ],
  'one domain of two': [
    {
      upstreams: [
        { ...good, domains: ['a.example'] },
        { ...good, id: 'other', domains: ['a.example'] },
      ],
    },
    'upstreams.0.domains.0: Is listed twice; people at one domain are sent to one upstream.',
    'upstreams.1.domains.0: Is listed twice; people at one domain are sent to one upstream.',
  ],
  'a domain in upper case': [
    { ...good, domains: ['Acme.example'] },
    'upstreams.0.domains.0: Expected a domain in lower case, as example.com, found "Acme.example".',
  ],
  'addresses of another scheme': [
    {
      ...withoutIssuer,
      logo: 'javascript:alert(1)',
      oauth2: {
        ...endpoints,
        authorization_endpoint: 'javascript:alert(1)',
        token_endpoint: 'file:///etc/passwd',
      },
    },
    'upstreams.0.logo: Must be an address of http or https without a user name and a password.',
    'upstreams.0.oauth2.authorization_endpoint: Must be an address of http or https without a user name and a password.',
    'upstreams.0.oauth2.token_endpoint: Must be an address of http or https without a user name and a password.',
  ],
  'an address with a password': [
    { ...good, issuer: 'https://postern:hunter2@login.acme.example' },
    'upstreams.0.issuer: Must be an address of http or https without a user name and a password.',
  ],
  'a client for an upstream that does not exist': [
    {
      upstreams: [good],
      clients: [
        {
          client_id: 'app',
          client_secret: 'a-secret-of-forty-three-characters-or-more-00',
          redirect_uris: ['https://app.example/callback'],
          allowed_upstreams: ['acm', 'local'],
        },
      ],
    },
    'clients.0.allowed_upstreams.0: There is no upstream acm. Did you mean acme?',
  ],
};

/** Without the line of the file, which YAML of tests has no use for. */
const errorsOf = (t: Test, config: Upstream): readonly string[] => {
  const file = 'id' in config ? { upstreams: [config] } : config;
  const cwd = t.testdir({ 'postern.yaml': JSON.stringify(file) });
  return configurationErrors(cwd).map((error) => error.replace(/ \(postern\.yaml:[\d:]+\)$/, ''));
};

t.test('a mistake in upstreams gets its message', async (t) => {
  for (const [what, [config, ...said]] of Object.entries(mistakes))
    await t.test(what, async (t) => void t.strictSame(errorsOf(t, config), said));
});

t.test('what is right is accepted', async (t) => {
  const right: readonly Upstream[] = [
    good,
    withoutSecret,
    { ...withoutIssuer, preset: 'google' },
    { ...withoutIssuer, preset: 'github', issuer: 'https://git.acme.example' },
    { ...withoutIssuer, preset: 'entra', tenants: ['a', 'b'] },
    { ...withoutIssuer, preset: 'apple', apple: { team_id: 'T', key_id: 'K' } },
    { ...withoutIssuer, oauth2: endpoints },
    { ...good, preset: 'postern', link: 'verified_email', logout: 'upstream' },
    { ...good, trust_email: true, link: 'verified_email' },
  ];
  for (const one of right) t.strictSame(errorsOf(t, one), [], JSON.stringify(one));
});

t.test('production takes only https, and no secret in the file', async (t) => {
  const config = {
    mode: 'production',
    issuer: 'https://id.example',
    upstreams: [
      { ...good, issuer: 'http://login.acme.example', logo: 'http://acme.example/logo.png' },
      {
        ...withoutIssuer,
        id: 'plain',
        oauth2: { ...endpoints, token_endpoint: 'http://acme.example/token' },
      },
    ],
  };
  const errors = errorsOf(t, config).filter((error) => error.startsWith('upstreams.'));
  t.strictSame(
    errors.filter((error) => !error.includes('client_secret')),
    [
      'upstreams.0.issuer: Must be https in production: who can change the answers of an upstream signs in as anyone.',
      'upstreams.0.logo: Must be an https URL.',
      'upstreams.1.oauth2.token_endpoint: Must be https in production.',
    ],
  );
  t.match(
    errors.filter((error) => error.includes('client_secret')),
    [/client_secret_file/, /client_secret_file/],
  );
});
