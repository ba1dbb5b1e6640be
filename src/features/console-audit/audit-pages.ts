import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { type Accounts, AmbiguousAccount, exactNameOf } from '../../services/accounts/index.ts';
import type { Administration } from '../../services/administration/index.ts';
import {
  type AuditQuery,
  type AuditRecord,
  csvHead,
  csvLine,
  listRecords,
  namesOfSubjects,
  resolveAccounts,
} from '../../services/audit/index.ts';
import { type ConsoleHandler, consolePaths, pagingOf } from '../../services/console-pages/index.ts';
import type { Store } from '../../store/port.ts';
import type { ConsoleFrame } from '../../views/console/frame.ts';
import { type AuditRow, auditPage } from '../../views/console/operation/audit.ts';
import type { FieldError } from '../../views/fields.ts';
import { readFilters } from './filters.ts';

export interface ConsoleAuditDependencies {
  readonly config: Pick<Config, 'audit'>;
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'find' | 'findNamed'>;
  readonly administration: Pick<Administration, 'recordChange'>;
}

const { audit: auditPath } = consolePaths;
/** A filter that nothing matches must not read the whole record in one request. */
const maxPages = 20;
const most = { records: 10_000, pages: 100 } as const;

const toRow = (
  { chain, seq, at, merged, details = {}, ...event }: AuditRecord,
  nameOf: (subject: string) => string,
): AuditRow => ({
  id: `${chain}/${seq}`,
  at,
  type: event.type,
  outcome: event.outcome,
  reason: event.reason,
  account:
    event.account === undefined
      ? undefined
      : { filter: exactNameOf(event.account), name: nameOf(event.account) },
  client: event.client,
  address: event.address,
  correlation: event.correlation,
  count: merged?.count ?? 1,
  details: Object.entries(details).map(([name, value]) => [name, String(value)] as const),
});

/** A filter that fits several accounts is an error of its field. */
const resolveFilters = async (
  dependencies: Pick<ConsoleAuditDependencies, 'store' | 'accounts'>,
  wanted: AuditQuery,
  { text }: ConsoleFrame,
): Promise<{ readonly resolved: AuditQuery; readonly errors: readonly FieldError[] }> => {
  try {
    return { resolved: await resolveAccounts(dependencies, wanted), errors: [] };
  } catch (error) {
    if (!(error instanceof AmbiguousAccount)) throw error;
    const field = error.text === wanted.account ? 'account' : 'by';
    return { resolved: wanted, errors: [{ field, message: text.accounts.ambiguous(error.candidates) }] };
  }
};

export const listAudit =
  ({ config, store, accounts }: Omit<ConsoleAuditDependencies, 'administration'>): ConsoleHandler =>
  async ({ frame, query }) => {
    const { filters, wanted, errors: wrong } = readFilters(query, frame.text.operation.audit.fields);
    const { resolved, errors: unclear } = await resolveFilters({ store, accounts }, wanted, frame);
    const errors = [...wrong, ...unclear];
    const { items, next } =
      errors.length > 0
        ? { items: [] }
        : await listRecords(store, resolved, { ...pagingOf(query), maxPages });
    const nameOf = await namesOfSubjects(
      accounts,
      items.map(({ account }) => account),
    );
    return {
      page: auditPage(frame, {
        path: auditPath,
        filters,
        errors,
        rows: items.map((item) => toRow(item, nameOf)),
        next,
        isOff: !config.audit.enabled,
        exportPath: `${auditPath}/export`,
        mostExported: most.records,
      }),
      ...(errors.length > 0 && { status: 422 }),
    };
  };

export const exportAudit =
  ({ store, accounts, administration }: Omit<ConsoleAuditDependencies, 'config'>): ConsoleHandler =>
  async ({ by, frame, query }) => {
    const { wanted, errors } = readFilters(query, frame.text.operation.audit.fields);
    const { format } = query;
    if (errors.length > 0 || (format !== 'csv' && format !== 'ndjson'))
      throw new Failure({
        code: 'invalid_request',
        message: 'This page has no such filter or format.',
      });
    const { items } = await listRecords(store, await resolveAccounts({ store, accounts }, wanted), {
      limit: most.records,
      maxPages: most.pages,
    });
    administration.recordChange(by, {
      operation: 'audit.export',
      details: { format, records: items.length },
    });
    return format === 'csv'
      ? {
          file: [csvHead, ...items.map(csvLine)].join(''),
          type: 'text/csv; charset=utf-8',
          name: 'audit.csv',
        }
      : {
          file: items.map((item) => `${JSON.stringify(item)}\n`).join(''),
          type: 'application/x-ndjson; charset=utf-8',
          name: 'audit.ndjson',
        };
  };
