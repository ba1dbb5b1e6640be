import { choice, integer, list, optional, secret, section, text } from '../schema/build.ts';

const perMinute = (what: string, byDefault: number) =>
  integer(`${what} a minute; 0: no limit.`, { default: byDefault, minimum: 0, maximum: 1_000_000 });

const password = section('How passwords are hashed (argon2id) and handled.', {
  memory_kib: integer('Memory of one hash, in KiB.', { default: 19_456, minimum: 8192, maximum: 1_048_576 }),
  passes: integer('Passes of one hash.', { default: 2, minimum: 1, maximum: 20 }),
  parallelism: integer('Lanes of one hash.', { default: 1, minimum: 1, maximum: 16 }),
  min_length: integer('Shortest password accepted when one is set.', {
    default: 10,
    minimum: 8,
    maximum: 64,
  }),
  max_length: integer('Longest password accepted, in bytes.', { default: 256, minimum: 64, maximum: 4096 }),
  max_concurrent: integer('Hashes computed at the same time by one process.', {
    default: 2,
    minimum: 1,
    maximum: 64,
  }),
  max_queued: integer('Sign-ins that wait for a hash before others are told to come back.', {
    default: 100,
    minimum: 1,
    maximum: 10_000,
  }),
});

const throttle = section('Limits, counted in the store (IPv6 by /64).', {
  sign_in_per_address: perMinute('Sign-in attempts of one address', 30),
  sign_in_per_account: perMinute('Sign-in attempts on one account', 10),
  sign_in_per_client: perMinute(
    'Sign-in attempts through one client, by browsers and addresses new to the account',
    600,
  ),
  sign_in_free_attempts: integer('Wrong passwords on one account before the delay starts.', {
    default: 5,
    minimum: 1,
    maximum: 100,
  }),
  sign_in_max_delay_seconds: integer('Longest delay between two attempts on one account, in seconds.', {
    default: 60,
    minimum: 1,
    maximum: 3600,
  }),
  // About what one process can serve: a whole backend, or an office, may be behind one address.
  token_per_address: perMinute(
    'Requests of one address to each endpoint of the protocol (token, authorization, PAR, introspection …)',
    60_000,
  ),
  token_per_client: perMinute('Requests of one client to the token endpoints', 0),
  failed_authentication_per_client: perMinute('Failed authentications of one client from one address', 30),
  device_per_address: perMinute('User codes entered by one address', 10),
  registration_per_address: perMinute('Clients registered and accounts created by one address', 10),
});

export const security = section('Hardening.', {
  key_encryption_key: optional(
    secret(
      'Encrypts private keys at rest: 32 bytes as base64url, base64 or hex. Required in production; generated into the data folder in development.',
      { format: 'key-256' },
    ),
  ),
  password,
  throttle,
  outbound: section('Where requests of this server go, to addresses that clients name.', {
    allowed_networks: list(
      text('An IP address or a CIDR block.', { format: 'network' }),
      'Networks that are reached besides the Internet: `jwks_uri`, `sector_identifier_uri`, logout and ping addresses of clients may be there. Link-local addresses, and those that clouds hand out credentials by, only when each stands here by itself. In development neighbours are reached anyway.',
      { default: [] },
    ),
  }),
  allowed_hosts: list(
    text('A host, with its port unless it is the default one.', { format: 'host' }),
    'Hosts answered besides the host of the issuer; any other gets 421.',
    { default: [] },
  ),
  acr_values: list(
    text('An acr value.'),
    'Authentication contexts this server knows, from the weakest to the strongest.',
    { default: [] },
  ),
  dpop_nonce: choice(
    ['offered', 'required'],
    'Whether DPoP proofs must carry a nonce of this server (RFC 9449 §8). Required costs clients a second request now and then.',
    { default: 'offered' },
  ),
  max_body_bytes: integer(
    'Largest request body, in bytes. However large this is, the endpoints where clients send forms (token, PAR, introspection …) take 57344 at most, and /api/v1/tokens 16384.',
    { default: 57_344, minimum: 1024, maximum: 1_048_576 },
  ),
});
