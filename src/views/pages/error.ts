import { redirectTargetOf } from '../../redirect-target.ts';
import { createFields, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { type Html, html } from '../html.ts';
import { strong } from '../identities.ts';
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
  readonly back?: WayBack;
}

/** A link to a registered redirect URI, or a form that posts `fields` there. */
interface WayBack {
  /** The name of the app. */
  readonly name: string;
  readonly href: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** The app registered itself, so the page names the host and warns of it. */
  readonly unverified?: boolean;
}

export const errorPage = (page: Page, model: ErrorModel): string => {
  const { error: text, tag } = page.messages;
  const { title, sentence } = text.kinds[model.kind];
  const fields = createFields(page.messages);
  const details = [
    ...(model.description === undefined ? [] : [{ name: 'error_description', value: model.description }]),
    ...(model.details ?? []),
  ];
  return layout(page, {
    title,
    showsRequestId: true,
    body: html`
    <p class="lead">${sentence} ${model.retryAfter !== undefined && text.tryAgain(relativeTime(tag, model.retryAfter))}</p>
    ${model.back ? wayBack(page, model.back) : homeLink(page)}
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

const wayBack = (
  { messages }: Page,
  { name, href: registered, fields, unverified }: WayBack,
): Html | undefined => {
  const href = appUrl(registered);
  if (href === undefined) return undefined;
  const target = redirectTargetOf(href) ?? name;
  // The name of an unverified app could be that of this service.
  const label = messages.back(unverified ? target : name);
  return html`${unverified && html`<p class="notice notice-warn redirect">${messages.unverifiedTarget(strong(target))}</p>`}
    ${
      fields
        ? html`<form method="post" action="${href}">${hidden(fields)}${submit({ label, class: 'back-to-app', ...(unverified && { look: 'secondary' as const }) })}</form>`
        : html`<p><a role="button" class="${unverified ? 'back-to-app secondary' : 'back-to-app'}" href="${href}">${label}</a></p>`
    }`;
};
