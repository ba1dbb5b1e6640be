import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import { csvHead, csvLine, listRecords } from '../../../../services/audit/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';
import { auditFilters, toAuditQuery } from './query.ts';

const maxRecords = 10_000;
/** See list.ts. */
const maxPages = 100;

export const exportAudit = ({
  store,
  administration,
}: Pick<AdminApiDependencies, 'store' | 'administration'>) =>
  adminOperation({
    summary: 'Export the audit record',
    description: `At most ${maxRecords} records, the newest first. The header Link names the rest. \`postern audit export\` has no bound.`,
    query: Type.Object(
      {
        ...auditFilters,
        format: Type.Enum(['csv', 'ndjson'], {
          description: 'In CSV, cells that a spreadsheet would take for a formula begin with an apostrophe.',
        }),
        cursor: Type.Optional(text('From Link of the export before.', { maxLength: 4096 })),
      },
      closed,
    ),
    status: 200,
    async handle({ by, query: { format, cursor, ...filters } }) {
      const { items, next } = await listRecords(store, toAuditQuery(filters), {
        limit: maxRecords,
        maxPages,
        ...(cursor !== undefined && { cursor }),
      });
      administration.recordChange(by, {
        operation: 'audit.export',
        details: { format, records: items.length },
      });
      const body =
        format === 'csv'
          ? [csvHead, ...items.map(csvLine)].join('')
          : items.map((item) => `${JSON.stringify(item)}\n`).join('');
      const type = format === 'csv' ? 'text/csv; charset=utf-8' : 'application/x-ndjson; charset=utf-8';
      return { body, type, ...(next !== undefined && { next }) };
    },
  });
