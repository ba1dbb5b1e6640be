import Type from 'typebox';
import type { Claims } from '../../../../services/accounts/index.ts';
import { adminOperation, describeAccount } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { account, closed, groupNames, objectOf, text } from '../../schemas.ts';

export const addAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Add an account',
    description:
      'Without a password the person sets one by the mail for a new password, so the address has to be verified. A password that is given is temporary: the person chooses another one at the first sign-in.',
    body: Type.Object(
      {
        username: text('The name to sign in by.', { maxLength: 255 }),
        password: Type.Optional(text('A temporary password.')),
        claims: Type.Optional(objectOf('Claims of OpenID Connect and your own.')),
        groups: Type.Optional(groupNames('The groups that the account is in.')),
      },
      closed,
    ),
    answer: account,
    status: 201,
    async handle({ by, body: { claims, ...given } }) {
      const added = await administration.accounts.add(by, {
        ...given,
        ...(given.password !== undefined && { isTemporary: true }),
        // The content was parsed from JSON.
        ...(claims !== undefined && { claims: claims as Claims }),
      });
      return { body: describeAccount(added), version: added.version, location: `/accounts/${added.id}` };
    },
  });
