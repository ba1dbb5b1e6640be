import { type AccountFrame, accountPage } from '../account-layout.ts';
import { describeBrowser } from '../browser-name.ts';
import { checkbox, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import { dateTime } from '../time.ts';

export interface SessionModel {
  readonly id: string;
  readonly isCurrent: boolean;
  /** Milliseconds since the epoch. */
  readonly signedInAt: number;
  readonly lastUsedAt?: number | undefined;
  readonly userAgent?: string;
  readonly address?: string | undefined;
  /** RFC 8176. */
  readonly methods: readonly string[];
  /** Names of the applications that it was used for. */
  readonly apps: readonly string[];
}

export interface SessionsModel {
  readonly sessions: readonly SessionModel[];
  readonly endPath: (id: string) => string;
  readonly othersPath: string;
  readonly isDone: boolean;
  /** The next page. */
  readonly more?: string;
}

const fact = (name: string, value: Html | string | undefined): Html | undefined =>
  value === undefined || value === '' ? undefined : html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

const renderFacts = ({ page, zone }: AccountFrame, session: SessionModel): Html => {
  const { sessions: text, methods } = page.messages.account;
  const { tag } = page.messages;
  const time = (at: number | undefined): Html | undefined =>
    at === undefined
      ? undefined
      : html`<time datetime="${new Date(at).toISOString()}">${dateTime(tag, new Date(at), zone)}</time>`;
  const known = Object.entries(methods)
    .filter(([name]) => session.methods.includes(name))
    .map(([, label]) => label);
  return html`<dl class="facts-list">
      ${fact(text.lastUsed, session.isCurrent ? text.now : time(session.lastUsedAt))}
      ${fact(text.signedIn, time(session.signedInAt))}
      ${fact(text.address, session.address)}
      ${fact(text.method, [...new Set(known)].join(', '))}
      ${fact(text.apps, session.apps.join(', '))}
    </dl>`;
};

const nameOf = ({ page }: AccountFrame, { userAgent }: SessionModel): string =>
  describeBrowser(page.messages, userAgent);

export const sessionsPage = (frame: AccountFrame, model: SessionsModel): string => {
  const { sessions: text } = frame.page.messages.account;
  const hasOthers = model.sessions.some(({ isCurrent }) => !isCurrent);
  return accountPage(frame, {
    title: text.title,
    body: html`
    ${model.isDone && html`<p class="notice" role="status">${text.ended}</p>`}
    <p>${text.hint}</p>
    <ul class="entries">${model.sessions.map(
      (session) => html`<li>
      <h2 class="entry-title">${nameOf(frame, session)} ${session.isCurrent && html`<span class="badge">${text.current}</span>`}</h2>
      ${renderFacts(frame, session)}
      ${!session.isCurrent && html`<p><a class="session-end" href="${ownPath(model.endPath(session.id))}">${text.end}<span class="visually-hidden">: ${nameOf(frame, session)}</span></a></p>`}
    </li>`,
    )}</ul>
    ${model.more !== undefined && html`<p><a href="${ownPath(model.more)}">${text.more}</a></p>`}
    ${
      hasOthers
        ? html`<p><a role="button" class="secondary sessions-end-others" href="${ownPath(model.othersPath)}">${text.endOthers}</a></p>`
        : html`<p class="hint">${text.onlyThis}</p>`
    }`,
  });
};

export interface EndSessionModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  /** Absent: all sessions but the one of this browser. */
  readonly session?: SessionModel;
}

export const endSessionPage = (
  frame: AccountFrame,
  { action, csrf, back, session }: EndSessionModel,
): string => {
  const { sessions: text } = frame.page.messages.account;
  return accountPage(frame, {
    title: session ? text.endTitle : text.endOthersTitle,
    body: html`
    ${session && html`<p><strong>${nameOf(frame, session)}</strong></p>${renderFacts(frame, session)}`}
    <p>${text.consequence}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${checkbox({ name: 'offline', label: text.offline, hint: text.offlineHint })}
      <div class="actions">
        ${submit({ label: text.endSubmit, class: 'session-end-confirm', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
