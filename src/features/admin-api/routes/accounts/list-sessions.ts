import Type from 'typebox';
import { adminOperation, describeSession } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { accountId, closed, pageOf, paging, session } from '../../schemas.ts';

export const listSessionsOf = ({ sessions }: Pick<AdminApiDependencies, 'sessions'>) =>
  adminOperation({
    summary: 'List the sessions of an account',
    description: 'The newest first.',
    params: accountId,
    query: Type.Object(paging, closed),
    answer: pageOf(session),
    status: 200,
    async handle({ params: { id }, query }) {
      return pageBody(await sessions.list(id, pagingOf(query)), describeSession);
    },
  });
