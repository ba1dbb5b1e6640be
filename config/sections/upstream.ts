import {
  choice,
  either,
  flag,
  integer,
  list,
  map,
  optional,
  secret,
  section,
  text,
} from '../schema/build.ts';
import { claimMapping } from './claim-mapping.ts';
import { groupName } from './group.ts';

const uri = (description: string) => text(description, { format: 'uri' });

const groupsOf = (description: string) =>
  either(groupName('Name of a group.'), list(groupName('Name of a group.'), 'Names of groups.'), description);

export const upstream = section('Another identity provider that people sign in with.', {
  id: text(
    'Identifier of the upstream. It is a part of its redirect URI and of the key of every linked account: never change it.',
    { format: 'upstream-id' },
  ),
  name: text('Name on the sign-in page.', { maxLength: 60 }),
  preset: optional(
    choice(
      ['google', 'entra', 'github', 'gitlab', 'keycloak', 'postern', 'apple'],
      'What is known of a provider: its issuer, scopes, and what its e-mail addresses are worth. Keys that you set come before it.',
    ),
  ),
  issuer: optional(
    uri('Issuer of the provider, exactly as in its metadata. Required unless the preset has one.'),
  ),
  former_issuers: list(
    uri('An issuer.'),
    'Issuers that the same provider had before, as when it moved to another host. Accounts that were linked to its people there stay linked. Never name another provider: its people with the same `sub` would sign in to these accounts.',
    { default: [] },
  ),
  client_id: text('The client_id that the provider gave this server.', { format: 'client-id' }),
  client_secret: optional(
    secret(
      'The secret that the provider gave this server. Production accepts only `client_secret_file`. For Apple it is the private key (PEM).',
    ),
  ),
  scopes: optional(
    list(
      text('A scope.', { format: 'scope' }),
      'Scopes that this server asks the provider for. Default: openid, profile and email.',
    ),
  ),
  logo: optional(uri('https URL of the logo on the sign-in page.')),
  domains: list(
    text('A domain.', { format: 'mail-domain' }),
    'People with an e-mail address at these domains are sent to this upstream.',
    { default: [] },
  ),
  create: flag('Create an account for people who sign in for the first time and have none.', {
    default: false,
  }),
  link: choice(
    ['never', 'sign_in', 'verified_email'],
    'How an existing account is linked. never: not at all. sign_in: the person signs in to it first. verified_email: also without asking, if this upstream is trusted for e-mail addresses and both sides have verified the same address.',
    { default: 'sign_in' },
  ),
  trust_email: optional(
    flag(
      'Whether `email_verified` of this upstream is believed. Default: what the preset says, otherwise false.',
    ),
  ),
  tenants: optional(
    list(
      text('A tenant id.', { maxLength: 64 }),
      'Microsoft Entra: the directories (tenant ids) whose people may sign in. Required for the preset entra.',
      { minItems: 1 },
    ),
  ),
  required_claims: map(
    list(text('A value.'), 'Values that are accepted.', { minItems: 1 }),
    'Claims that people need to sign in by this upstream, as `hd: [example.com]`.',
    { default: {} },
  ),
  claims: optional(
    claimMapping('Claims that accounts get at each sign-in, from claims of the upstream (`from`).'),
  ),
  groups: optional(
    section(
      'Groups that accounts are members of because the upstream says so. They are set at each sign-in.',
      {
        from: text('The claim of the upstream: a text or a list of texts.', {
          default: 'groups',
          format: 'claim',
        }),
        map: map(groupsOf('Groups of this server.'), 'Groups for each text. All that match apply.', {
          default: {},
        }),
        default: optional(groupsOf('Groups for people whom no line of the map matches.')),
      },
    ),
  ),
  acr: map(
    text('An acr value of `security.acr_values`.'),
    'The acr value of a sign-in here, for each acr value of the upstream. `*`: for any other value, and for none. Without a line that matches, a sign-in by this upstream has no acr.',
    {
      default: {},
    },
  ),
  amr: map(
    text('An amr value.'),
    'The amr value of a sign-in here, for each amr value of the upstream. Others are left out.',
    {
      default: {},
    },
  ),
  second_factor: choice(
    ['ask', 'skip'],
    'Whether the second factor of this server applies after a sign-in by this upstream. skip: the upstream asks for its own. It is not asked either when `amr` gives mfa.',
    { default: 'ask' },
  ),
  logout: choice(
    ['local', 'upstream'],
    'What ends when an application signs a person out. local: this server. upstream: this server, then the upstream, if its metadata have an `end_session_endpoint`.',
    { default: 'local' },
  ),
  oauth2: optional(
    section('Endpoints of a provider that speaks OAuth 2.0 without OpenID Connect.', {
      authorization_endpoint: uri('Where people sign in.'),
      token_endpoint: uri('Where codes are redeemed.'),
      userinfo_endpoint: uri('Returns a JSON object that describes the person.'),
      emails_endpoint: optional(
        uri('Returns a list of `{ email, primary, verified }`, as GitHub does at /user/emails.'),
      ),
      subject: text('The member of the JSON object that identifies a person for ever, as GitHub’s `id`.', {
        default: 'id',
      }),
    }),
  ),
  apple: optional(
    section('Names of the key that signs the client secret for Apple.', {
      team_id: text('Team ID of your Apple developer account.', { maxLength: 20 }),
      key_id: text('Key ID of the private key, as Apple shows it.', { maxLength: 20 }),
    }),
  ),
  timeout_ms: integer('How long a request to the upstream may take.', {
    default: 5000,
    minimum: 500,
    maximum: 20_000,
  }),
  allowed_networks: list(
    text('An IP address or a CIDR block.', { format: 'network' }),
    'Networks besides the Internet in which the endpoints of this upstream may be. Development mode also allows private networks.',
    { default: [] },
  ),
});
