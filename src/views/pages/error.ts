import { createFields } from '../fields.ts';
import { html } from '../html.ts';
import type { ErrorKind } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { appUrl } from '../links.ts';
import type { Page } from '../page.ts';
import { relativeTime, utcDateTime } from '../time.ts';

export interface ErrorModel {
  readonly kind: ErrorKind;
  /** A code such as `invalid_request` (RFC 6749), which `/errors/<code>` explains. */
  readonly code: string;
  readonly status: number;
  readonly time: Date;
  /** The `error_description`, which is for developers. */
  readonly description?: string;
  /** More facts for developers, such as the client id. */
  readonly details?: readonly { readonly name: string; readonly value: string }[];
  readonly retryAfter?: number;
  /** A link to a registered redirect URI. */
  readonly back?: { readonly name: string; readonly href: string };
}

export const errorPage = (page: Page, model: ErrorModel): string => {
  const { error: text, tag } = page.messages;
  const { title, sentence } = text.kinds[model.kind];
  const href = appUrl(model.back?.href);
  const fields = createFields(page.messages);
  const details = [
    ...(model.description === undefined ? [] : [{ name: 'error_description', value: model.description }]),
    ...(model.details ?? []),
  ];
  return layout(page, {
    title,
    body: html`
    <p class="lead">${sentence} ${model.retryAfter !== undefined && text.tryAgain(relativeTime(tag, model.retryAfter))}</p>
    ${model.back && href !== undefined && html`<p><a role="button" href="${href}">${page.messages.back(model.back.name)}</a></p>`}
    <dl class="facts-list">
      <div><dt>${text.code}</dt><dd><code>${model.code}</code> <span class="face-detail">${model.status}</span></dd></div>
      <div><dt>${text.time}</dt><dd><time datetime="${model.time.toISOString()}">${utcDateTime(tag, model.time)}</time></dd></div>
    </dl>
    ${fields.copy({ name: 'request-id', label: text.requestId, value: page.requestId })}
    <details>
      <summary>${text.details}</summary>
      ${
        details.length > 0 &&
        html`<dl class="facts-list facts-stacked">${details.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
      }
      <p><a href="/errors/${encodeURIComponent(model.code)}">${text.explain}</a></p>
    </details>`,
  });
};
