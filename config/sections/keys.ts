import { choice, integer, list, section } from '../schema/build.ts';

export const keys = section('Signing keys.', {
  algorithms: list(
    choice(['ES256', 'EdDSA', 'RS256', 'PS256'], 'An algorithm.'),
    'Algorithms that a key is kept for.',
    { default: ['ES256', 'EdDSA', 'RS256'], minItems: 1 },
  ),
  rsa_bits: integer('Length of new RSA keys, in bits.', { default: 2048, minimum: 2048, maximum: 4096 }),
  rotate_every_days: integer('Days between two rotations; 0: by command only.', {
    default: 90,
    minimum: 0,
    maximum: 3650,
  }),
  jwks_cache_seconds: integer('Longest time a relying party may cache the key set, in seconds.', {
    default: 600,
    minimum: 0,
    maximum: 86_400,
  }),
});
