import { serverClaims } from '../reserved-claims.ts';
import { type Rule, when } from './rule.ts';

/** Claims that mean something for this server: an address is verified, and groups give access. */
const claimsOfTheServer: ReadonlySet<string> = new Set([
  'email',
  'email_verified',
  'phone_number_verified',
  'preferred_username',
  'address',
  'groups',
  'updated_at',
]);

export const profileFieldsMakeSense: Rule = {
  needs: ['profile'],
  check: ({ profile: { editable, fields } }) =>
    fields.flatMap(({ claim }, index) => {
      const path = ['profile', 'fields', String(index), 'claim'];
      return [
        ...when(
          serverClaims.has(claim) || claimsOfTheServer.has(claim),
          path,
          'People can not fill this claim in themselves: it means something for this server.',
        ),
        ...when(
          fields.findIndex((other) => other.claim === claim) < index,
          path,
          'Is the claim of another field too; remove one.',
        ),
        ...when(
          editable.some((name) => name === claim),
          path,
          'Is in profile.editable too; remove it there, or this field.',
        ),
      ];
    }),
};
