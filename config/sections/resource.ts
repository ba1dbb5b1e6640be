import { choice, either, flag, integer, list, map, optional, section, text } from '../schema/build.ts';
import { claimMapping } from './claim-mapping.ts';
import { groupName } from './group.ts';

const scopeRule = section('A scope that is only for members of groups, or has a text.', {
  name: text('The scope.', { format: 'scope' }),
  groups: optional(
    list(groupName('Name of a group.'), 'Groups whose members may have the scope. Default: everyone may.', {
      minItems: 1,
    }),
  ),
  description: optional(
    text('The text of the consent page. `scopes` has texts in several languages.', { maxLength: 500 }),
  ),
});

export const resource = section('An API that access tokens are for (RFC 8707).', {
  audience: text('Absolute URI without a fragment. It is the aud of the tokens.', { format: 'absolute-uri' }),
  scopes: list(
    either(
      text('A scope.', { format: 'scope' }),
      scopeRule,
      'A scope: its name, or name, groups and description.',
    ),
    'Scopes of this resource: names, or `{ name, groups, description }` for a scope that only members of the groups get.',
    { default: [] },
  ),
  default_scopes: optional(
    list(
      text('A scope.', { format: 'scope' }),
      'Scopes of a request for this resource that names none. Default: such a request is refused.',
    ),
  ),
  self_described_clients: optional(
    flag(
      'Whether clients that register themselves may ask for its scopes. Without it they get tokens for it only by scopes that registration.scopes names. Default: false.',
    ),
  ),
  access_token_ttl: optional(
    integer('Lifetime of its access tokens in seconds. Default: tokens.access_token_ttl.', {
      minimum: 30,
      maximum: 86_400,
    }),
  ),
  access_token_format: choice(
    ['jwt', 'opaque'],
    'jwt: RFC 9068, verified by the resource. opaque: checked by introspection.',
    {
      default: 'jwt',
    },
  ),
  signing_alg: choice(['ES256', 'EdDSA', 'RS256', 'PS256'], 'Signing algorithm of its JWT access tokens.', {
    default: 'ES256',
  }),
  token_typ: choice(
    ['at+jwt', 'JWT'],
    'The typ of its JWT access tokens. at+jwt: RFC 9068. JWT: for an API whose library refuses at+jwt. Then no client may have the audience as its client_id, because the API could take the ID tokens of that client for access tokens.',
    { default: 'at+jwt' },
  ),
  introspection_clients: optional(
    list(text('A client_id.'), 'Clients that may introspect tokens of this audience.'),
  ),
  claims: optional(
    either(
      list(text('A claim.', { format: 'claim' }), 'Names of claims.'),
      claimMapping('Claims by name.'),
      'Claims of the person in its access tokens: names, such as groups, or a table as in clients[].claims. The application can read them in JWTs.',
    ),
  ),
  self_described_clients_read_claims: optional(
    flag(
      'Whether its JWTs have all `claims` also for clients that registered themselves, which can read them. Default: only claims that a scope releases which the person granted. The API gets all of opaque tokens.',
    ),
  ),
  default: optional(flag('Whether requests without a resource mean this one. Default: false.')),
  userinfo: optional(
    flag(
      'Whether its access tokens are for /userinfo too, when a sign-in asks for its scopes without naming it. The API can then read the claims of the person. Default: true.',
    ),
  ),
});

export const releases = list(text('A claim.', { format: 'claim' }), 'Claims.');

export const scope = either(
  text('One text for all languages.'),
  map(text('The text in that language.'), 'A text per language tag.'),
  'The text of the consent page for this scope.',
);
