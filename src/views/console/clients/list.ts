import { createFields } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { ClientMessages } from '../../languages/console/clients/messages.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { doneNotice, filterForm, nextPage, table } from '../parts.ts';
import { clientPath, clientsPath, newClientPath } from './paths.ts';

export type ClientTypeName = keyof ClientMessages['types'];

interface ClientRow {
  readonly id: string;
  readonly name?: string | undefined;
  readonly type: ClientTypeName;
  readonly source: keyof ClientMessages['sources'];
  readonly isStopped: boolean;
}

interface ClientListModel {
  readonly rows: readonly ClientRow[];
  readonly query: string;
  readonly type: ClientTypeName | undefined;
  readonly next?: string | undefined;
  readonly mayAdd: boolean;
  readonly done?: string | undefined;
}

const typeNames = ['web', 'spa', 'native', 'machine', 'device', 'issuer'] as const;

export const clientListPage = (frame: ConsoleFrame, model: ClientListModel): string => {
  const { clients: text, lists } = frame.text;
  const fields = createFields(frame.page.messages);
  const isFiltered = model.query !== '' || model.type !== undefined;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(model.done)}
    ${model.mayAdd && html`<p><a role="button" class="console-new-client" href="${newClientPath}">${text.add}</a></p>`}
    ${filterForm(
      clientsPath,
      html`${fields.text({ name: 'q', label: text.search, value: model.query, autocomplete: 'off' })}
      ${fields.select({
        name: 'type',
        label: text.type,
        value: model.type ?? '',
        options: [
          { value: '', label: text.anyType },
          ...typeNames.map((value) => ({ value, label: text.types[value].name })),
        ],
      })}`,
      lists.search,
    )}
    ${model.rows.length === 0 ? nothing(frame, isFiltered) : rowsOf(frame, model.rows)}
    ${
      model.next !== undefined &&
      nextPage(frame, clientsPath, { q: model.query, type: model.type, after: model.next })
    }`,
  });
};

const nothing = ({ text: { clients: text, lists } }: ConsoleFrame, isFiltered: boolean): Html =>
  isFiltered
    ? html`<p>${lists.none}</p>`
    : html`<p>${text.none}</p>
    <p>${text.byCommand}</p>
    <pre class="console-command"><code>postern client add --type web --name App --redirect-uri https://app.example.com/callback</code></pre>`;

const rowsOf = ({ text: { clients: text } }: ConsoleFrame, rows: readonly ClientRow[]): Html =>
  table(
    text.title,
    [
      {
        label: text.columns.name,
        cell: ({ id, name, source }) =>
          html`<a href="${clientPath(id)}"><strong>${name ?? id}</strong></a>${source !== 'store' && html`<br><span class="hint">${text.sources[source]}</span>`}`,
      },
      { label: text.columns.id, cell: ({ id }) => html`<code>${id}</code>` },
      { label: text.columns.type, cell: ({ type }) => text.types[type].name },
      {
        label: text.columns.state,
        cell: ({ isStopped }) =>
          isStopped ? html`<span class="badge badge-warn">${text.states.stopped}</span>` : text.states.active,
      },
    ],
    rows,
  );
