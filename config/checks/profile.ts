import { claimsOfOperators, serverClaims } from '../reserved-claims.ts';
import { type Rule, when } from './rule.ts';

export const profileFieldsMakeSense: Rule = {
  needs: ['profile'],
  check: ({ profile: { editable, fields } }) =>
    fields.flatMap(({ claim }, index) => {
      const path = ['profile', 'fields', String(index), 'claim'];
      return [
        ...when(
          serverClaims.has(claim) || claimsOfOperators.has(claim),
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
