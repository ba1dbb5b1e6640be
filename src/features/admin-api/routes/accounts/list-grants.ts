import Type from 'typebox';
import { adminOperation, describeGrant } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { accountId, closed, grant, pageOf, paging } from '../../schemas.ts';

export const listGrantsOf = ({ sessions }: Pick<AdminApiDependencies, 'sessions'>) =>
  adminOperation({
    summary: 'List what clients hold for an account',
    description: 'The newest first.',
    params: accountId,
    query: Type.Object(paging, closed),
    answer: pageOf(grant),
    status: 200,
    async handle({ params: { id }, query }) {
      return pageBody(await sessions.listGrants(id, pagingOf(query)), describeGrant);
    },
  });
