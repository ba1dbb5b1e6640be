import Type from 'typebox';
import { adminOperation, describeGroup } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { closed, group, pageOf, paging } from '../../schemas.ts';

export const listGroups = ({ groups }: Pick<AdminApiDependencies, 'groups'>) =>
  adminOperation({
    summary: 'List groups',
    query: Type.Object(paging, closed),
    answer: pageOf(group),
    status: 200,
    async handle({ query }) {
      return pageBody(await groups.list(pagingOf(query)), describeGroup);
    },
  });
