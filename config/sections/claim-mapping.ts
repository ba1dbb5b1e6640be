import { either, list, map, optional, section, text } from '../schema/build.ts';

const value = (description: string) =>
  either(text('A text.'), list(text('A text.'), 'A list of texts.'), description);

const source = section('How one claim is set: a constant, or a table over the groups or another claim.', {
  value: optional(value('The same value for every person.')),
  from: optional(
    text('groups, or a claim of the account that is a text or a list of texts.', { format: 'claim' }),
  ),
  map: optional(
    map(
      value('The value of the claim.'),
      'The value for each text in `from`. The first that the person has wins.',
    ),
  ),
  default: optional(value('The value for everyone else. Without it they have no such claim.')),
});

export const claimMapping = (description: string) => map(source, description);
