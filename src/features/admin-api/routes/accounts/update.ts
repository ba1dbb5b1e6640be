import Type from 'typebox';
import type { Claims, Requirement } from '../../../../services/accounts/index.ts';
import { adminOperation, describeAccount } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { account, accountId, closed, groupNames, objectOf, required, text } from '../../schemas.ts';

const all: readonly Requirement[] = ['password', 'profile', 'factor'];

export const updateAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Change an account',
    description:
      'What is not named stays as it is. A claim that is null is removed; lists are replaced (RFC 7396).',
    params: accountId,
    body: Type.Object(
      {
        username: Type.Optional(text('The name to sign in by.', { maxLength: 255 })),
        claims: Type.Optional(objectOf('Claims to set; null removes one.')),
        groups: Type.Optional(groupNames('All groups of the account.')),
        required: Type.Optional(required),
      },
      closed,
    ),
    answer: account,
    needsVersion: true,
    status: 200,
    async handle({ by, params: { id }, body, ifVersion }) {
      const { claims, required: wanted, ...change } = body;
      const updated = await administration.accounts.update(
        by,
        id,
        {
          ...change,
          // The content was parsed from JSON.
          ...(claims !== undefined && { claims: claims as Claims }),
          ...(wanted !== undefined && {
            required: { add: wanted, remove: all.filter((one) => !wanted.includes(one)) },
          }),
        },
        { ifVersion },
      );
      return { body: describeAccount(updated), version: updated.version };
    },
  });
