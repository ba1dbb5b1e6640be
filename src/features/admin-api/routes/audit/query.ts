import Type from 'typebox';
import type { AuditQuery } from '../../../../services/audit/index.ts';
import { text, time } from '../../schemas.ts';

const filter = (description: string) => Type.Optional(text(description, { maxLength: 255 }));

export const auditFilters = {
  type: filter('A type, or the first parts of one: `sign-in`.'),
  outcome: Type.Optional(Type.Enum(['ok', 'refused', 'failed'])),
  account: filter('The account that it is about.'),
  client: filter('The client that it is about.'),
  by: filter('The account or client that asked for it, in the administration.'),
  address: filter('The address that the request came from.'),
  correlation: filter('The id of the request.'),
  from: Type.Optional(time('Not before.')),
  to: Type.Optional(time('Not after.')),
};

interface Filters extends Omit<AuditQuery, 'from' | 'to'> {
  readonly from?: string;
  readonly to?: string;
}

export const toAuditQuery = ({ from, to, ...filters }: Filters): AuditQuery => ({
  ...filters,
  ...(from !== undefined && { from: Date.parse(from) }),
  ...(to !== undefined && { to: Date.parse(to) }),
});
