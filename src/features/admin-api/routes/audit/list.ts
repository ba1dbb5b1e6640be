import Type from 'typebox';
import { adminOperation, timeText } from '../../../../services/administration/index.ts';
import { type AuditRecord, listRecords } from '../../../../services/audit/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { closed, objectOf, pageOf, paging, text, time } from '../../schemas.ts';
import { auditFilters, toAuditQuery } from './query.ts';

/** A filter that nothing matches must not read the whole record in one request. */
const maxPages = 20;

const optional = (description: string) => Type.Optional(Type.String({ description }));

const entry = Type.Object({
  id: text('The chain and the number in it.'),
  time: time('When it was recorded.'),
  type: text('What happened.'),
  outcome: text('ok, refused or failed.'),
  reason: optional('The error code.'),
  account: optional('The account that it is about.'),
  client: optional('The client that it is about.'),
  address: optional('The address that the request came from.'),
  correlation: optional('The id of the request.'),
  count: Type.Integer({ description: 'How many events were merged into the record.', minimum: 1 }),
  details: Type.Optional(objectOf('Who asked for it, and what differs before and after.')),
});

const describe = ({ chain, seq, at, merged, ...event }: AuditRecord) => ({
  id: `${chain}/${seq}`,
  time: timeText(at),
  type: event.type,
  outcome: event.outcome,
  ...(event.reason !== undefined && { reason: event.reason }),
  ...(event.account !== undefined && { account: event.account }),
  ...(event.client !== undefined && { client: event.client }),
  ...(event.address !== undefined && { address: event.address }),
  ...(event.correlation !== undefined && { correlation: event.correlation }),
  count: merged?.count ?? 1,
  ...(event.details && { details: event.details }),
});

export const listAudit = ({ store }: Pick<AdminApiDependencies, 'store'>) =>
  adminOperation({
    summary: 'Search the audit record',
    description:
      'The newest first. A page may have fewer records than `limit`, also none, while there are more.',
    query: Type.Object({ ...paging, ...auditFilters }, closed),
    answer: pageOf(entry),
    status: 200,
    async handle({ query: { limit, cursor, ...filters } }) {
      const paged = pagingOf({
        ...(limit !== undefined && { limit }),
        ...(cursor !== undefined && { cursor }),
      });
      const query = toAuditQuery(filters);
      return pageBody(await listRecords(store, query, { ...paged, maxPages }), describe);
    },
  });
