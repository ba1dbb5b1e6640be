import Type from 'typebox';
import { adminOperation, describeClient } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { client, closed, pageOf, paging, text } from '../../schemas.ts';

export const listClients = ({ clients }: Pick<AdminApiDependencies, 'clients'>) =>
  adminOperation({
    summary: 'List clients',
    description:
      'By the time of their creation; the first page begins with those of the configuration. `q` searches, and its result is in the order of what was found.',
    query: Type.Object(
      {
        ...paging,
        q: Type.Optional(text('The beginning of the name or the id, in any case.', { maxLength: 255 })),
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
    async handle({ query: { q, source, ...page } }) {
      const { items, next } = await (q === undefined
        ? clients.list(pagingOf(page))
        : clients.search(q, pagingOf(page)));
      const wanted = items.filter(({ from }) => source === undefined || from === source);
      return pageBody({ items: wanted, next }, describeClient);
    },
  });
