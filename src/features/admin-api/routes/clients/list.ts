import Type from 'typebox';
import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { client, closed, pageOf, paging } from '../../schemas.ts';

export const listClients = ({ clients }: Pick<AdminApiDependencies, 'clients'>) =>
  adminOperation({
    summary: 'List clients',
    description: 'By the time of their creation; the first page begins with those of the configuration.',
    query: Type.Object(
      {
        ...paging,
        source: Type.Optional(
          Type.Enum(['configuration', 'store', 'registration'], {
            description: 'Only clients that come from there.',
          }),
        ),
      },
      closed,
    ),
    answer: pageOf(client),
    status: 200,
    async handle({ query: { source, ...page } }) {
      const { items, next } = await clients.list(pagingOf(page));
      const wanted = items.filter(({ from }) => source === undefined || from === source);
      return pageBody({ items: wanted, next }, describeClient);
    },
  });
