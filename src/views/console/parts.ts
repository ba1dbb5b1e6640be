import { type Html, html, type Value } from '../html.ts';
import { ownPath } from '../links.ts';
import { dateTime } from '../time.ts';
import type { ConsoleFrame } from './frame.ts';

/** A moment in the administrator's time zone, in milliseconds since the epoch. */
export const moment = ({ page, zone }: ConsoleFrame, at: number): Html =>
  html`<time datetime="${new Date(at).toISOString()}">${dateTime(page.messages.tag, new Date(at), zone)}</time>`;

/** A name with dots, such as that of an event. A narrow column breaks it after a dot. */
export const dottedName = (name: string): Html =>
  html`<code>${name.split('.').map((part, at) => (at === 0 ? part : html`.<wbr>${part}`))}</code>`;

/** A line of a list of facts, if the fact is known. */
export const fact = (name: string, value: Value): Html | undefined =>
  value === undefined || value === '' || value === false || (Array.isArray(value) && value.length === 0)
    ? undefined
    : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

export interface Column<Row> {
  readonly label: string;
  readonly cell: (row: Row) => Value;
}

/** The first column names the row. On a narrow screen each row is a block, and each cell has its label. */
export const table = <Row>(
  caption: string,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): Html => html`<table class="rows">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map(({ label }) => html`<th scope="col">${label}</th>`)}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr>${columns.map(({ label, cell }, at) =>
          at === 0
            ? html`<th scope="row" data-label="${label}">${cell(row)}</th>`
            : html`<td data-label="${label}">${cell(row)}</td>`,
        )}</tr>`,
    )}</tbody>
  </table>`;

/** Leads to the next page of a list, with the filters that are set. */
export const nextPage = (
  { text }: ConsoleFrame,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Html =>
  html`<p><a class="console-next" href="${ownPath(pathWith(path, query))}">${text.lists.next}</a></p>`;

/** Values that are not set, or empty, are left out. */
const pathWith = (path: string, query: Readonly<Record<string, string | undefined>>): string => {
  const set = Object.entries(query).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, value]],
  );
  return set.length === 0 ? path : `${path}?${new URLSearchParams(set)}`;
};

/** Says that a change was made, on the page that the form leads to. */
export const doneNotice = (message: string | undefined): Html | undefined =>
  message === undefined ? undefined : html`<p class="notice console-done" role="status">${message}</p>`;

/** A search or filter form: it is a GET, so that its result has an address. */
export const filterForm = (action: string, fields: Html, submitLabel: string): Html =>
  html`<search><form method="get" action="${ownPath(action)}" class="console-filter">
      ${fields}
      <button type="submit" class="secondary console-search">${submitLabel}</button>
    </form></search>`;
