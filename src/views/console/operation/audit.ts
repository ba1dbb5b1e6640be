import { createFields, type FieldError } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { OperationMessages } from '../../languages/console/operation/messages.ts';
import { ownPath } from '../../links.ts';
import { utcDateTime } from '../../time.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { dottedName, nextPage, table } from '../parts.ts';

type Outcome = keyof OperationMessages['audit']['outcomes'];

export interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly outcome: Outcome;
  readonly reason?: string | undefined;
  /** The filter that shows this account and no other. */
  readonly account?: { readonly filter: string; readonly name: string } | undefined;
  readonly client?: string | undefined;
  readonly address?: string | undefined;
  readonly correlation?: string | undefined;
  readonly count: number;
  readonly details: readonly (readonly [name: string, value: string])[];
}

/** The filters, in the order of the form. Each is a parameter of the address. */
export const auditFilterNames = [
  'type',
  'outcome',
  'account',
  'client',
  'by',
  'address',
  'correlation',
  'from',
  'to',
] as const;
export type AuditFilters = Readonly<Partial<Record<(typeof auditFilterNames)[number], string>>>;

interface AuditModel {
  readonly path: string;
  readonly filters: AuditFilters;
  readonly errors: readonly FieldError[];
  readonly rows: readonly AuditRow[];
  readonly next?: string | undefined;
  readonly isOff: boolean;
  readonly exportPath: string;
  readonly mostExported: number;
}

export const auditPage = (frame: ConsoleFrame, model: AuditModel): string => {
  const { audit: text } = frame.text.operation;
  const { path, filters, rows, next } = model;
  return consolePage(frame, {
    title: text.title,
    invalid: model.errors.length > 0,
    body: html`
    ${model.isOff && html`<div class="notice notice-warn"><p>${text.off}</p></div>`}
    ${filterFields(frame, model)}
    ${rows.length === 0 ? html`<p>${frame.text.lists.none} ${text.wait}</p>` : rowsOf(frame, path, rows)}
    ${next !== undefined && html`<p class="hint">${rows.length === 0 && text.more}</p>${nextPage(frame, path, { ...filters, after: next })}`}
    <h2>${text.exports}</h2>
    <p>${text.exportHint(model.mostExported)}</p>
    <div class="actions">${(['csv', 'ndjson'] as const).map(
      (format) =>
        html`<a role="button" class="secondary console-export-${format}" href="${addressOf(model.exportPath, { ...filters, format })}">${text[format]}</a>`,
    )}</div>`,
  });
};

const addressOf = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const set = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  return ownPath(`${path}?${new URLSearchParams(set)}`);
};

const filterFields = (frame: ConsoleFrame, { path, filters, errors }: AuditModel): Html => {
  const { fields: text, outcomes } = frame.text.operation.audit;
  const inputs = createFields(frame.page.messages, errors);
  return html`<form method="get" action="${ownPath(path)}" role="search" class="console-filter" novalidate>
      ${auditFilterNames.map((name) =>
        name === 'outcome'
          ? inputs.select({
              name,
              label: text.outcome,
              value: filters.outcome ?? '',
              options: [
                { value: '', label: text.any },
                ...(['ok', 'refused', 'failed'] as const).map((value) => ({ value, label: outcomes[value] })),
              ],
            })
          : inputs.text({
              name,
              label: text[name],
              hint: name === 'type' ? text.typeHint : undefined,
              value: filters[name],
              autocomplete: 'off',
            }),
      )}
      <button type="submit" class="secondary console-search">${frame.text.lists.search}</button>
    </form>`;
};

const rowsOf = (frame: ConsoleFrame, path: string, rows: readonly AuditRow[]): Html => {
  const { audit: text } = frame.text.operation;
  const only = (name: 'account' | 'client', value: string, shown: string | Html): Html =>
    html`<a href="${addressOf(path, { [name]: value })}">${shown}</a>`;
  return table(
    text.title,
    [
      {
        label: text.time,
        cell: ({ at }) =>
          html`<time datetime="${new Date(at).toISOString()}">${utcDateTime(frame.page.messages.tag, new Date(at))}</time>`,
      },
      {
        label: text.fields.type,
        cell: ({ type, count }) =>
          html`${dottedName(type)}${count > 1 && html` <span class="badge">${text.count(count)}</span>`}`,
      },
      {
        label: text.fields.outcome,
        cell: ({ outcome, reason }) =>
          html`<span class="badge${outcome === 'ok' ? '' : ' badge-warn'}">${text.outcomes[outcome]}</span>${reason !== undefined && html`<br><code>${reason}</code>`}`,
      },
      {
        label: text.fields.account,
        cell: ({ account }) => account && only('account', account.filter, account.name),
      },
      {
        label: text.fields.client,
        cell: ({ client }) => client && only('client', client, html`<code>${client}</code>`),
      },
      { label: text.fields.address, cell: ({ address }) => address },
      { label: text.details, cell: (row) => detailsOf(frame, row) },
    ],
    rows,
  );
};

const detailsOf = (frame: ConsoleFrame, { id, correlation, details }: AuditRow): Html => {
  const { audit: text } = frame.text.operation;
  return html`<details class="console-details"><summary>${text.details}</summary>
      <dl class="facts-list facts-stacked">
        <div><dt>ID</dt><dd><code>${id}</code></dd></div>
        ${correlation !== undefined && html`<div><dt>${text.fields.correlation}</dt><dd><code>${correlation}</code></dd></div>`}
        ${details.map(([name, value]) => html`<div><dt>${name}</dt><dd><code>${value}</code></dd></div>`)}
      </dl>
    </details>`;
};
