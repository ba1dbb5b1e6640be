import { choice, either, flag, list, map, optional, section, text } from '../schema/build.ts';

/** Claims that people may change, if the operator lets them, and that this server can check. */
const editableClaims = [
  'name',
  'given_name',
  'family_name',
  'middle_name',
  'nickname',
  'profile',
  'picture',
  'website',
  'gender',
  'birthdate',
  'zoneinfo',
  'locale',
] as const;

const field = section('A claim of your own that people fill in themselves.', {
  claim: text('The claim.', { format: 'claim' }),
  label: either(
    text('One text for all languages.'),
    map(text('The text in that language.'), 'A text per language tag.'),
    'The name of the field on the pages.',
  ),
  required: optional(flag('Whether the field must be filled in. Default: false.')),
  editable: optional(
    flag('Whether people may change it later. Otherwise they fill it in when they sign up. Default: true.'),
  ),
  pattern: optional(
    text('A regular expression that the whole value must match, as `[0-9]{6}`.', { format: 'pattern' }),
  ),
});

export const profile = section('What people may change of their own profile, at /account/profile.', {
  editable: list(
    choice([...editableClaims], 'A claim.'),
    'Claims that people may change themselves. Applications may trust the others to come from you.',
    { default: ['name', 'picture', 'locale', 'zoneinfo'] },
  ),
  fields: list(
    field,
    'Claims of your own, on the sign-up page and on the profile page. `claims` says which scope releases them.',
    { default: [] },
  ),
  delete_account: flag('Let people delete their own account.', { default: false }),
});
