import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId } from '../../schemas.ts';

const count = (description: string) => Type.Integer({ description, minimum: 0 });

export const signOutAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'End everything that an account is signed in to',
    description:
      'Ends all sessions, revokes all grants, and forgets all consents. Earlier sign-ins count nowhere any more.',
    params: accountId,
    answer: Type.Object({
      sessions: count('Sessions that were ended.'),
      grants: count('Grants that were revoked.'),
      requests: count('Backchannel requests that were ended.'),
      consents: count('Consents that were forgotten.'),
    }),
    status: 200,
    async handle({ by, params: { id } }) {
      const { sessions, grants, requests, consents } = await administration.accounts.endEverything(by, id);
      return { body: { sessions, grants, requests, consents } };
    },
  });
