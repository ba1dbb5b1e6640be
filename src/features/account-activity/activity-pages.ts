import type { FastifyPluginAsync } from 'fastify';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account, Json } from '../../services/accounts/index.ts';
import { listRecords } from '../../services/audit/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { type ActivityKind, accountActivityPage, activityKinds } from '../../views/pages/account-activity.ts';
import type { AccountActivityDependencies } from './dependencies.ts';
import { activityPath } from './paths.ts';

type Records = Awaited<ReturnType<typeof listRecords>>['items'];
type Record = Records[number];

const pageSize = 100;
/** The record has more than people want to read, such as each token. Reading goes on until something is found. */
const maxPages = 5;
const enough = 20;

const kindOf = ({ type, outcome }: Record): ActivityKind | undefined => {
  const name = outcome === 'ok' ? type : `${type} ${outcome}`;
  return activityKinds.find((kind) => kind === name);
};

export const activityPages =
  ({ store, pages, clients }: AccountActivityDependencies) =>
  ({ visitOf }: AccountPages): FastifyPluginAsync => {
    const read = async (account: string, after: string | undefined) => {
      const found: Record[] = [];
      let next = after;
      for (let page = 0; page < maxPages && found.length < enough; page += 1) {
        const records = await listRecords(
          store,
          { account },
          { limit: pageSize, ...(next !== undefined && { cursor: next }) },
        );
        found.push(...records.items.filter((record) => kindOf(record) !== undefined));
        next = records.next;
        if (next === undefined) break;
      }
      return { found, next };
    };

    const appOf = async ({ client }: Record): Promise<string | undefined> => {
      if (client === undefined || client === accountClientId) return undefined;
      return (await clients.get(client))?.metadata.client_name ?? client;
    };

    return async (scope) => {
      scope.get<{ Querystring: { readonly after?: unknown } }>(activityPath, async (request, reply) => {
        const { frame, account } = visitOf(request);
        const { after } = request.query;
        const { found, next } = await read(account.id, typeof after === 'string' ? after : undefined);
        const entries = await Promise.all(
          found.map(async (record) => ({
            kind: kindOf(record),
            at: record.at,
            address: record.address,
            app: await appOf(record),
          })),
        );
        const body = accountActivityPage(frame, {
          entries,
          ...(next !== undefined && { more: `${activityPath}?${new URLSearchParams({ after: next })}` }),
        });
        return pages.send(request, reply, body);
      });
    };
  };

const maxExported = 1000;

export const exportActivity =
  ({ store }: AccountActivityDependencies) =>
  async ({ id }: Account): Promise<Json> => {
    const { items } = await listRecords(store, { account: id }, { limit: maxExported });
    return items.map(({ type, outcome, at, address, client, reason, merged }) => ({
      at: new Date(at).toISOString(),
      type,
      outcome,
      ...(reason !== undefined && { reason }),
      ...(client !== undefined && { client }),
      ...(merged && { count: merged.count }),
      // The address of an administrator is no data of this person.
      ...(address !== undefined && !type.startsWith('admin.') && { address }),
    }));
  };
