import { integer, nullable, section, text } from '../schema/build.ts';

const day = 86_400;

const seconds = (what: string, byDefault: number, minimum: number, maximum: number) =>
  integer(`${what}, in seconds.`, { default: byDefault, minimum, maximum });

export const tokens = section('Lifetimes and contents of codes, tokens and sessions.', {
  access_token_ttl: seconds('Lifetime of access tokens', 3600, 30, day),
  client_credentials_ttl: seconds('Lifetime of access tokens of client credentials', 600, 30, day),
  id_token_ttl: seconds('Lifetime of id tokens', 3600, 30, day),
  refresh_token_ttl: seconds('Lifetime of a refresh token that is not used', 14 * day, 60, 400 * day),
  refresh_family_ttl: seconds(
    'Longest time from the first refresh token that a client got to the end of the last one that replaces it',
    90 * day,
    60,
    3650 * day,
  ),
  refresh_reuse_window: seconds('How long a client that lost the response may repeat a refresh', 10, 0, 60),
  authorization_code_ttl: seconds('Lifetime of authorization codes', 60, 10, 600),
  issuer_code_ttl: seconds('Lifetime of codes of issuer_tokens clients', 30, 5, 30),
  device_code_ttl: seconds('Lifetime of device codes', 600, 60, 1800),
  device_interval: seconds('Shortest time between two polls of a device', 5, 1, 60),
  ciba_ttl: seconds('Lifetime of backchannel authentication requests', 600, 30, 1800),
  par_ttl: seconds('Lifetime of pushed authorization requests', 60, 5, 60),
  session_ttl: seconds('Lifetime of a sign-in session that is not used', 14 * day, 60, 400 * day),
  session_max_ttl: seconds(
    'Longest time from a sign-in until the person has to sign in again, however often the session is used',
    30 * day,
    60,
    3650 * day,
  ),
  interaction_ttl: seconds('Time a person has to sign in, from the start of the request', 600, 60, day),
  interaction_signed_in_ttl: seconds(
    'Time a person who is signed in has for each further page, such as consent (at least interaction_ttl)',
    3600,
    60,
    day,
  ),
  grant_ttl: seconds(
    'Lifetime of a grant (at least an hour more than a refresh token and an access token together)',
    14 * day,
    60,
    400 * day,
  ),
  level_of_assurance_claim: nullable(
    text('A claim.', { format: 'claim' }),
    'Name of the id token claim with the level of assurance. null: no claim.',
  ),
});
