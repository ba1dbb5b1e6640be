import { type ClientRecord, type Clients, clientTypeOf, isClientType } from '../../services/clients/index.ts';
import {
  type ConsoleHandler,
  doneMessageOf,
  pageSize,
  pagingOf,
} from '../../services/console-pages/index.ts';
import { clientListPage } from '../../views/console/clients/list.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';

/** A filter that few clients match must not read all of them in one request. */
const maxPages = 10;

interface Wanted {
  readonly query: string;
  readonly after: string | undefined;
  readonly matches: (client: ClientRecord) => boolean;
}

const find = async (clients: Pick<Clients, 'list' | 'search'>, { query, after, matches }: Wanted) => {
  const found: ClientRecord[] = [];
  let cursor = after;
  for (let pages = 0; pages < maxPages; pages++) {
    const options = pagingOf({ after: cursor });
    const page = query === '' ? await clients.list(options) : await clients.search(query, options);
    found.push(...page.items.filter(matches));
    cursor = page.next;
    if (cursor === undefined || found.length >= pageSize) break;
  }
  return { found, next: cursor };
};

export const listClients =
  ({ clients }: Pick<ConsoleClientsDependencies, 'clients'>): ConsoleHandler =>
  async ({ by, frame, query: asked }) => {
    const { q = '', type = '', after } = asked;
    const wantedType = isClientType(type) ? type : undefined;
    const query = q.trim();
    const { found, next } = await find(clients, {
      query,
      after,
      matches: ({ metadata }) => wantedType === undefined || clientTypeOf(metadata) === wantedType,
    });
    return {
      page: clientListPage(frame, {
        rows: found.map((client) => ({
          id: client.id,
          name: client.metadata.client_name,
          type: clientTypeOf(client.metadata),
          source: client.from,
          isStopped: client.stoppedAt !== undefined,
        })),
        query,
        type: wantedType,
        next,
        mayAdd: by.permissions.has('clients'),
        done: doneMessageOf({ removed: frame.text.clients.done.removed }, asked),
      }),
    };
  };
