import { anything, flag, integer, list, map, optional, secret, section, text } from '../schema/build.ts';
import { groupName } from './group.ts';

const uri = (description: string) => text(description, { format: 'uri' });

const address = section('Postal address (OpenID Connect Core §5.1.1).', {
  formatted: optional(text('The whole address.')),
  street_address: optional(text('Street and number.')),
  locality: optional(text('City.')),
  region: optional(text('State or region.')),
  postal_code: optional(text('Postal code.')),
  country: optional(text('Country.')),
});

/** Standard claims (OpenID Connect Core §5.1) are keys of the account; other claims are under `claims`. */
export const account = section('A person who may sign in.', {
  username: text('Name to sign in with.', { maxLength: 255 }),
  sub: optional(text('Subject identifier. Default: derived from the username.', { maxLength: 255 })),
  password: optional(secret('Password. In production only by `password_file` or as `password_hash`.')),
  password_hash: optional(
    secret('Hash of the password: argon2id, scrypt, bcrypt or PBKDF2.', { format: 'password-hash' }),
  ),
  disabled: optional(flag('Whether sign-ins are refused. Default: false.')),
  groups: optional(
    list(
      groupName('Name of a group.'),
      'Groups that this person is in, of the configuration or of the store.',
    ),
  ),
  acr: optional(text('Level (acr) that a sign-in of this person reaches.')),
  name: optional(text('Full name.')),
  given_name: optional(text('First name.')),
  family_name: optional(text('Last name.')),
  middle_name: optional(text('Middle name.')),
  nickname: optional(text('Nickname.')),
  preferred_username: optional(text('Name that the person wants to be called by. Default: the username.')),
  profile: optional(uri('URL of the profile page.')),
  picture: optional(uri('URL of a picture.')),
  website: optional(uri('URL of a web site.')),
  email: optional(text('E-mail address.', { format: 'email' })),
  email_verified: optional(flag('The e-mail address was verified.')),
  gender: optional(text('Gender.')),
  birthdate: optional(text('Birthday, as YYYY-MM-DD or YYYY.', { format: 'date' })),
  zoneinfo: optional(text('Time zone, such as Europe/Berlin.')),
  locale: optional(text('Language, such as de-AT.')),
  phone_number: optional(text('Phone number with the code of the country, as +43123456789 (E.164).')),
  phone_number_verified: optional(flag('The phone number was verified.')),
  address: optional(address),
  updated_at: optional(
    integer('When the profile changed last, in seconds since 1970.', {
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
    }),
  ),
  claims: optional(
    map(
      anything('Any value.'),
      'Claims of your own. `claims` of the configuration says which scope releases them.',
    ),
  ),
});
