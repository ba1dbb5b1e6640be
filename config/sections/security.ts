import { choice, integer, list, optional, secret, section, text } from '../schema/build.ts';

const perMinute = (what: string, byDefault: number, more = '') =>
  integer(`${what}, per minute.${more} 0: no limit.`, { default: byDefault, minimum: 0, maximum: 1_000_000 });

/** A large request takes more of the store, so it counts more. */
const bySize = ' One that takes more than 1 KiB in the store counts once per KiB.';

const password = section('How passwords are hashed (argon2id) and handled.', {
  memory_kib: integer('Memory that hashing a password takes (argon2id), in KiB.', {
    default: 19_456,
    minimum: 8192,
    maximum: 1_048_576,
  }),
  passes: integer('Passes over this memory (argon2id).', { default: 2, minimum: 1, maximum: 20 }),
  parallelism: integer('Lanes of this memory (argon2id).', { default: 1, minimum: 1, maximum: 16 }),
  min_length: integer('Shortest accepted new password, in characters.', {
    default: 10,
    minimum: 8,
    maximum: 64,
  }),
  max_length: integer('Longest accepted password, in bytes.', { default: 256, minimum: 64, maximum: 4096 }),
  max_concurrent: integer('Hashes that one process computes at the same time.', {
    default: 2,
    minimum: 1,
    maximum: 64,
  }),
  max_queued: integer('Sign-ins that may wait for a hash. Further ones are asked to try again later.', {
    default: 100,
    minimum: 1,
    maximum: 10_000,
  }),
});

const throttle = section('Rate limits, counted in the store (IPv6 addresses by /64).', {
  sign_in_per_address: perMinute('Sign-in attempts from one address on accounts that it is new to', 30),
  sign_in_per_account: perMinute(
    'Sign-in attempts on one account from all browsers and addresses that are new to it',
    10,
  ),
  sign_in_per_client: perMinute(
    'Sign-in attempts through one client from browsers and addresses that are new to the account',
    600,
  ),
  passkey_per_address: perMinute('Sign-ins by passkey from one address', 120),
  sign_in_free_attempts: integer(
    'Attempts of one device or network on one account before its delay starts.',
    {
      default: 5,
      minimum: 1,
      maximum: 100,
    },
  ),
  sign_in_max_delay_seconds: integer('Longest delay of one device or network on one account, in seconds.', {
    default: 60,
    minimum: 1,
    maximum: 3600,
  }),
  // One address may be a whole backend or office, so the default is about what one process can serve.
  token_per_address: perMinute(
    'Requests from one address to each endpoint of the protocol (token, authorization, PAR, introspection …) and to the administration API',
    60_000,
  ),
  token_per_client: perMinute(
    'Requests of one client to the token endpoints. Only requests that authenticate count, and those of a public client that redeem or show a code or token of it',
    0,
  ),
  failed_authentication_per_client: perMinute('Failed authentications of one client from one address', 30),
  device_per_address: perMinute('User codes entered from one address', 10),
  sign_in_start_per_address: perMinute(
    'Sign-ins started from one address by browsers that are not signed in',
    300,
    bySize,
  ),
  sign_in_start_per_account: perMinute(
    'Pages of a sign-in (consent, another sign-in …) started by one account that is signed in, and each KiB of its codes after the first',
    60,
    bySize,
  ),
  refresh_token_per_account: perMinute(
    'Refresh tokens that one account gets, by codes and by refresh tokens. The server knows each of them until it would expire, to notice when one is used again',
    300,
    bySize,
  ),
  pushed_request_per_address: perMinute(
    'Requests pushed to /oauth/par from one address by clients without a secret or key, and by clients that registered themselves',
    300,
    bySize,
  ),
  device_code_per_address: perMinute(
    'Device codes issued at one address to clients without a secret or key, and to clients that registered themselves',
    60,
    bySize,
  ),
  mail_request_per_address: perMinute(
    'Requests for a message, as with a forgotten password, from one address',
    10,
  ),
  mail_per_recipient: integer(
    'Messages of one kind to one account or e-mail address that anyone can cause, per hour. 0: no limit. Codes have a limit of 20 in any case.',
    { default: 5, minimum: 0, maximum: 1000 },
  ),
  registration_per_address: perMinute('Clients registered and accounts created from one address', 10),
});

const factors = section('Second factors beside the password.', {
  offered: list(
    choice(['authenticator', 'recovery_codes'], 'A kind of second factor.'),
    'What people may set up. authenticator: an authenticator app (TOTP). recovery_codes: ten codes for a lost device, made together with the first app. What an account has already keeps working.',
    { default: ['authenticator', 'recovery_codes'] },
  ),
  required: choice(
    ['never', 'when_enrolled', 'always'],
    'When a sign-in by password asks for a second factor. when_enrolled: of accounts that have one. always: of every account; one that has none sets it up at the sign-in. Whatever this says, a sign-in asks where a client (required_acr) or a request (acr_values) needs it.',
    { default: 'when_enrolled' },
  ),
  grace_days: integer(
    'With `required: always`: days in which a person may put off setting up a second factor, from the first sign-in that asks. 0: none.',
    { default: 0, minimum: 0, maximum: 365 },
  ),
  remember_days: integer(
    'Days in which a browser that gave a second factor is not asked again, if the person ticks the box. 0: there is no such box. Clients with required_acr, and requests for a level that the password does not reach, always ask.',
    { default: 0, minimum: 0, maximum: 365 },
  ),
  password_acr: optional(
    text(
      'The acr value that a sign-in by password alone reaches, one of security.acr_values. Default: the weakest.',
    ),
  ),
  second_factor_acr: optional(
    text('The acr value of a sign-in by password and a second factor. Default: as by password.'),
  ),
  passkey_acr: optional(
    text('The acr value of a sign-in by passkey. Default: as by password and a second factor.'),
  ),
});

export const security = section('Passwords, second factors, rate limits and other protection.', {
  key_encryption_key: optional(
    secret(
      'Key that encrypts private keys in the store: 32 bytes as base64url, base64 or hex. Required in production; generated in the data folder in development.',
      { format: 'key-256' },
    ),
  ),
  pkce: choice(
    ['auto', 'required'],
    'Whether confidential clients without a rule of their own need PKCE. auto: only for requests without an OpenID Connect nonce (RFC 9700 §2.1.1). required: always.',
    { default: 'auto' },
  ),
  password,
  factors,
  throttle,
  former_username_days: integer(
    'Days in which a user name that an account has left, by a new name or by its deletion, is kept from all other accounts: applications may know the former owner by it. A renamed account may take it back. 0: it is free at once.',
    { default: 90, minimum: 0, maximum: 3650 },
  ),
  outbound: section('Requests of this server to addresses that clients name.', {
    allowed_networks: list(
      text('An IP address or a CIDR block.', { format: 'network' }),
      'Networks that are allowed besides the Internet, for `jwks_uri`, `sector_identifier_uri`, logout and ping addresses of clients. Link-local addresses, and those of cloud credential services, are allowed only if each is listed as a single address. Development mode also allows private networks.',
      { default: [] },
    ),
  }),
  allowed_hosts: list(
    text('A host, with its port unless it is the default one.', { format: 'host' }),
    'Hosts that are served besides the host of the issuer. Other hosts get 421.',
    { default: [] },
  ),
  acr_values: list(
    text('An acr value.'),
    'Levels of sign-in (acr values) of this server, from the weakest to the strongest.',
    { default: [] },
  ),
  dpop_nonce: choice(
    ['offered', 'required'],
    'Whether DPoP proofs must contain a nonce of this server (RFC 9449 §8). With `required`, clients sometimes need a second request.',
    { default: 'offered' },
  ),
  max_body_bytes: integer(
    'Largest request body, in bytes. Endpoints for forms of clients (token, PAR, introspection …) accept at most 57344 in any case, and /api/v1/tokens at most 16384.',
    { default: 57_344, minimum: 1024, maximum: 1_048_576 },
  ),
});
