import { choice, either, flag, integer, list, map, optional, section, text } from '../schema/build.ts';

export const resource = section('An API that access tokens are for (RFC 8707).', {
  audience: text('Absolute URI without a fragment; stands in tokens as aud.', { format: 'absolute-uri' }),
  scopes: list(text('A scope.', { format: 'scope' }), 'Scopes that this resource knows.', { default: [] }),
  access_token_ttl: optional(
    integer('Lifetime of its access tokens in seconds. Default: tokens.access_token_ttl.', {
      minimum: 30,
      maximum: 86_400,
    }),
  ),
  access_token_format: choice(['jwt', 'opaque'], 'jwt: RFC 9068, verified by the resource itself.', {
    default: 'jwt',
  }),
  signing_alg: choice(['ES256', 'EdDSA', 'RS256', 'PS256'], 'What its JWT access tokens are signed with.', {
    default: 'ES256',
  }),
  introspection_clients: optional(
    list(text('A client_id.'), 'Clients that may introspect tokens of this audience.'),
  ),
  default: optional(flag('Meant by requests that name no resource. Default: false.')),
});

export const releases = list(text('A claim.', { format: 'claim' }), 'Claims.');

export const scope = either(
  text('One text for all languages.'),
  map(text('The text in that language.'), 'A text per language tag.'),
  'What the consent page says for this scope.',
);
