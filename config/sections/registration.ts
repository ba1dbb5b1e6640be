import { flag, integer, list, secret, section, text } from '../schema/build.ts';

export const registration = section('Dynamic client registration (RFC 7591, RFC 7592).', {
  enabled: flag('Let clients register themselves at /oauth/register.', { default: false }),
  initial_access_tokens: list(
    secret('An initial access token.', { minLength: 16 }),
    'Initial access tokens that are required to register. Empty: anyone may register.',
    { default: [] },
  ),
  management: flag('Let clients read, change and delete their registration.', { default: true }),
  grant_types: list(text('A grant type.'), 'Grant types that a client may register.', {
    default: ['authorization_code', 'refresh_token'],
    minItems: 1,
  }),
  scopes: list(
    text('A scope.', { format: 'scope' }),
    'Scopes that a client may register. Empty: the standard ones of OpenID Connect, and those of resources with self_described_clients. A scope that is listed is allowed at each resource that has it.',
    { default: [] },
  ),
  redirect_hosts: list(
    text('A host name, or *.example.com for all hosts below it.'),
    'Hosts that redirect URIs may have. Empty: any host.',
    { default: [] },
  ),
  redirect_schemes: list(
    text('A scheme, without the colon.', { format: 'private-scheme' }),
    'Schemes without a dot that redirect URIs of public clients may have, such as cursor. Schemes with a reversed domain name are always allowed.',
    { default: [] },
  ),
  secret_ttl: integer('Lifetime of the secrets of registered clients, in seconds. 0: they do not expire.', {
    default: 0,
    minimum: 0,
    maximum: 315_360_000,
  }),
  max_redirect_uris: integer('Most redirect URIs of one client.', { default: 10, minimum: 1, maximum: 100 }),
});
