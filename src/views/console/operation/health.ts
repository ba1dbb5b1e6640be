import { html } from '../../html.ts';
import { ownPath } from '../../links.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import { fact, table } from '../parts.ts';

interface HealthModel {
  readonly path: string;
  readonly version: string;
  readonly mode: string;
  readonly issuer: string;
  readonly metadata: string;
  readonly isReady: boolean;
  readonly checks: readonly {
    readonly name: string;
    readonly ok: boolean;
    readonly reason?: string;
    readonly fix?: string;
  }[];
  readonly audit: { readonly written: number; readonly waiting: number; readonly dropped: number };
  readonly values: readonly { readonly path: string; readonly value: string; readonly source: string }[];
  readonly showsDefaults: boolean;
}

export const healthPage = (frame: ConsoleFrame, model: HealthModel): string => {
  const { health: text } = frame.text.operation;
  const { audit, showsDefaults } = model;
  return consolePage(frame, {
    title: text.title,
    body: html`
    <div class="notice${model.isReady ? '' : ' notice-bad'}"><p><strong>${model.isReady ? text.ready : text.notReady}</strong></p></div>
    <dl class="facts-list">
      ${fact(text.version, model.version)}
      ${fact(text.mode, model.mode)}
      ${fact(text.issuer, html`<code>${model.issuer}</code>`)}
      ${fact(text.metadata, html`<a href="${model.metadata}">${model.metadata}</a>`)}
      ${fact(text.audit, text.auditState(audit.written, audit.waiting, audit.dropped))}
    </dl>
    <h2>${text.checks}</h2>
    ${table(
      text.checks,
      [
        { label: text.check, cell: ({ name }) => html`<code>${name}</code>` },
        {
          label: text.result,
          cell: ({ ok, reason, fix }) =>
            ok
              ? text.fine
              : html`<span class="badge badge-warn">${text.broken}</span> <span lang="en">${reason} ${fix}</span>`,
        },
      ],
      model.checks,
    )}
    <h2>${text.configuration}</h2>
    <p>${text.configurationHint}</p>
    <nav class="tabs" aria-label="${text.configuration}"><ul>
      <li><a href="${ownPath(model.path)}"${!showsDefaults && html` aria-current="page"`}>${text.changed}</a></li>
      <li><a href="${ownPath(`${model.path}?defaults=yes`)}"${showsDefaults && html` aria-current="page"`}>${text.everything}</a></li>
    </ul></nav>
    ${table(
      text.configuration,
      [
        { label: text.key, cell: ({ path }) => html`<code>${path}</code>` },
        { label: text.value, cell: ({ value }) => html`<code>${value}</code>` },
        { label: text.source, cell: ({ source }) => (source === 'default' ? text.isDefault : source) },
      ],
      model.values,
    )}`,
  });
};
