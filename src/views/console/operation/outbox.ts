import { type Html, html } from '../../html.ts';
import type { OperationMessages } from '../../languages/console/operation/messages.ts';
import { ownPath } from '../../links.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { doneNotice, moment, nextPage, table } from '../parts.ts';

type Queue = keyof OperationMessages['outbox']['queues'];

interface OutboxRow {
  readonly id: string;
  readonly kind: string;
  readonly tries: number;
  readonly dueAt: number;
  readonly expiresAt?: number | undefined;
  readonly client?: string | undefined;
  readonly account?: string | undefined;
}

interface OutboxModel {
  readonly path: string;
  readonly queue: Queue;
  readonly queues: readonly Queue[];
  readonly rows: readonly OutboxRow[];
  readonly next?: string | undefined;
  readonly mayChange: boolean;
  /** The address of the failures in the audit record, for those who may read it. */
  readonly failures?: string | undefined;
  readonly done?: string | undefined;
}

export const outboxPage = (frame: ConsoleFrame, model: OutboxModel): string => {
  const { outbox: text } = frame.text.operation;
  const { path, queue, rows, next } = model;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(model.done)}
    <p class="lead">${text.lead}</p>
    <nav class="tabs" aria-label="${text.queue}"><ul>${model.queues.map(
      (name) =>
        html`<li><a href="${ownPath(`${path}?queue=${name}`)}"${name === queue && html` aria-current="page"`}>${text.queues[name]}</a></li>`,
    )}</ul></nav>
    ${rows.length === 0 ? html`<p>${text.none}</p>` : rowsOf(frame, model)}
    ${next !== undefined && nextPage(frame, path, { queue, after: next })}
    ${model.failures !== undefined && html`<p><a class="console-failures" href="${ownPath(model.failures)}">${text.failures}</a></p>`}`,
  });
};

const rowsOf = (frame: ConsoleFrame, { path, queue, rows, mayChange }: OutboxModel): Html => {
  const { outbox: text } = frame.text.operation;
  const link = (id: string, action: 'retry' | 'drop', kind: string): Html =>
    html`<a class="console-${action}" href="${ownPath(`${path}/${queue}/${encodeURIComponent(id)}/${action}`)}">${text[action]}<span class="visually-hidden"> ${kind}</span></a>`;
  return table(
    text.title,
    [
      { label: text.kind, cell: ({ kind }) => html`<code>${kind}</code>` },
      {
        label: text.about,
        cell: ({ client, account }) => [
          client !== undefined && html`<code>${client}</code> `,
          account !== undefined && html`<code>${account}</code>`,
        ],
      },
      { label: text.tries, cell: ({ tries }) => tries },
      { label: text.due, cell: ({ dueAt }) => moment(frame, dueAt) },
      {
        label: text.expires,
        cell: ({ expiresAt }) => (expiresAt === undefined ? '–' : moment(frame, expiresAt)),
      },
      ...(mayChange
        ? [
            {
              label: frame.text.lists.actions,
              cell: ({ id, kind }: OutboxRow) => html`${link(id, 'retry', kind)} ${link(id, 'drop', kind)}`,
            },
          ]
        : []),
    ],
    rows,
  );
};
