import { choice, integer, list, map, optional, secret, section, text } from '../schema/build.ts';

const algorithms = ['ES256', 'EdDSA', 'RS256', 'PS256'] as const;

const remote = section('A signing key in an external service, which signs and never releases the key.', {
  url: text('URL that signatures are requested from; https, or http on loopback.', {
    format: 'uri',
    passwordInUrl: true,
  }),
  kid: text('Key identifier (kid) in tokens.', { maxLength: 255 }),
  alg: choice(algorithms, 'Algorithm of the key. The key is used before a stored key of the same algorithm.'),
  public_jwk: map(text('A member of the JWK.'), 'The public part, as a JWK.'),
  token: optional(secret('Bearer token for the service.')),
  active_from: optional(
    text(
      'When the key starts to sign, as an RFC 3339 time. The key is published immediately. Default: immediately.',
      {
        format: 'date-time',
        examples: ['2027-01-31T00:00:00Z'],
      },
    ),
  ),
});

export const keys = section('Signing keys.', {
  algorithms: list(
    choice(algorithms, 'An algorithm.'),
    'Algorithms that tokens can be signed with. There is a key for each.',
    {
      default: ['ES256', 'EdDSA', 'RS256'],
      minItems: 1,
    },
  ),
  rsa_bits: integer('Length of new RSA keys, in bits.', { default: 2048, minimum: 2048, maximum: 4096 }),
  rotate_every_days: integer('Days between two rotations. 0: rotate by command only.', {
    default: 90,
    minimum: 0,
    maximum: 3650,
  }),
  jwks_cache_seconds: integer('Longest time that relying parties may cache the key set, in seconds.', {
    default: 600,
    minimum: 0,
    maximum: 86_400,
  }),
  remote: list(remote, 'Signing keys in external services.', { default: [] }),
});
