import Type from 'typebox';
import { adminOperation, describeUpstream } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { closed, pageOf, paging } from '../../schemas.ts';
import { upstream } from './answer.ts';

export const listUpstreams = ({ storedUpstreams }: Pick<AdminApiDependencies, 'storedUpstreams'>) =>
  adminOperation({
    summary: 'List upstreams',
    query: Type.Object(paging, closed),
    answer: pageOf(upstream),
    status: 200,
    async handle({ query }) {
      return pageBody(await storedUpstreams.list(pagingOf(query)), describeUpstream);
    },
  });
