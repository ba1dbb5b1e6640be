import { alert, checkbox, createFields, hidden, submit } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { OperationMessages } from '../../languages/console/operation/messages.ts';
import { ownPath } from '../../links.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { doneNotice, moment, table } from '../parts.ts';

interface KeyRow {
  readonly kid: string;
  readonly use: string;
  readonly alg?: string | undefined;
  readonly stage: keyof OperationMessages['keys']['stages'];
  readonly isRemote: boolean;
  readonly createdAt: number;
  readonly activeAt: number;
  readonly removeAt?: number | undefined;
  /** Absent for a key that signs, or that this person may not remove. */
  readonly removeHref?: string | undefined;
}

interface KeyListModel {
  readonly rows: readonly KeyRow[];
  /** Absent for those who may not rotate. */
  readonly rotate?: string | undefined;
  readonly done?: string | undefined;
}

export const keyListPage = (frame: ConsoleFrame, { rows, rotate, done }: KeyListModel): string => {
  const { keys: text } = frame.text.operation;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(done)}
    <p class="lead">${text.lead}</p>
    ${rotate !== undefined && html`<p><a role="button" class="console-rotate" href="${ownPath(rotate)}">${text.rotate}</a></p>`}
    ${table(
      text.title,
      [
        {
          label: text.kid,
          cell: ({ kid, isRemote }) =>
            html`<code>${kid}</code>${isRemote && html`<br><span class="hint">${text.remote}</span>`}`,
        },
        {
          label: text.use,
          cell: ({ use, alg }) =>
            alg === undefined ? (text.uses[use] ?? use) : `${text.uses[use] ?? use}, ${alg}`,
        },
        { label: text.stage, cell: ({ stage }) => stageBadge(text, stage) },
        { label: text.created, cell: ({ createdAt }) => moment(frame, createdAt) },
        { label: text.signsFrom, cell: ({ activeAt }) => moment(frame, activeAt) },
        {
          label: text.removedAt,
          cell: ({ removeAt }) => (removeAt === undefined ? '–' : moment(frame, removeAt)),
        },
        ...(rows.some(({ removeHref }) => removeHref !== undefined)
          ? [
              {
                label: frame.text.lists.actions,
                cell: ({ kid, removeHref }: KeyRow) =>
                  removeHref !== undefined &&
                  html`<a class="console-remove-key" href="${ownPath(removeHref)}">${text.remove}<span class="visually-hidden"> ${kid}</span></a>`,
              },
            ]
          : []),
      ],
      rows,
    )}`,
  });
};

const stageBadge = ({ stages }: OperationMessages['keys'], stage: KeyRow['stage']): Html =>
  stage === 'active'
    ? html`<span class="badge badge-new">${stages.active}</span>`
    : html`<span class="badge">${stages[stage]}</span>`;

interface RotationRow {
  readonly series: string;
  readonly replaces: readonly string[];
  readonly signsFrom: number;
  readonly formerUntil: number;
}

interface RotationModel {
  readonly path: string;
  readonly back: string;
  readonly csrf: string;
  readonly series: readonly string[];
  readonly chosen: { readonly series: string; readonly atOnce: boolean };
  /** What would happen. Absent before it was asked for, and where it would be refused. */
  readonly preview?: readonly RotationRow[] | undefined;
  readonly problem?: string | undefined;
}

/** First what would happen, and then the button that does it. */
export const rotationPage = (frame: ConsoleFrame, model: RotationModel): string => {
  const { keys: text } = frame.text.operation;
  const { chosen } = model;
  const inputs = createFields(frame.page.messages);
  return consolePage(frame, {
    title: text.rotateTitle,
    invalid: model.problem !== undefined,
    body: html`
    ${model.problem !== undefined && alert(model.problem)}
    <p class="lead">${text.rotateLead}</p>
    <form method="get" action="${ownPath(model.path)}">
      ${inputs.select({
        name: 'series',
        label: text.series,
        value: chosen.series,
        options: [
          { value: 'all', label: text.all },
          ...model.series.map((value) => ({ value, label: value })),
        ],
      })}
      ${checkbox({ name: 'at_once', label: text.atOnce, hint: text.atOnceHint, checked: chosen.atOnce })}
      <div class="actions">
        ${submit({ label: text.preview, class: 'console-preview', look: 'secondary' })}
        <a role="button" class="secondary" href="${ownPath(model.back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>
    ${model.preview && previewOf(frame, model, model.preview)}`,
  });
};

const previewOf = (
  frame: ConsoleFrame,
  { path, csrf, chosen }: RotationModel,
  rows: readonly RotationRow[],
): Html => {
  const { keys: text } = frame.text.operation;
  return html`<h2>${text.previewTitle}</h2>
    ${table(
      text.previewTitle,
      [
        { label: text.use, cell: ({ series }) => html`<code>${series}</code>` },
        {
          label: text.replaces,
          cell: ({ replaces }) =>
            replaces.length === 0
              ? text.nothing
              : replaces.map((kid, at) => html`${at > 0 && html`<br>`}<code>${kid}</code>`),
        },
        { label: text.signsFrom, cell: ({ signsFrom }) => moment(frame, signsFrom) },
        { label: text.formerUntil, cell: ({ formerUntil }) => moment(frame, formerUntil) },
      ],
      rows,
    )}
    ${chosen.atOnce && html`<div class="notice notice-warn"><p>${text.warning}</p></div>`}
    <form method="post" action="${ownPath(path)}">
      ${hidden({ csrf, series: chosen.series, ...(chosen.atOnce && { at_once: 'yes' }) })}
      ${submit({ label: text.confirm, class: 'console-rotate-confirm', ...(chosen.atOnce && { look: 'danger' as const }) })}
    </form>`;
};
