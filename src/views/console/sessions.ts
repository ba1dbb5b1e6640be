import { describeBrowser } from '../browser-name.ts';
import { createFields } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { doneNotice, filterForm, moment, nextPage, table } from './parts.ts';

/** Times are milliseconds since the epoch. */
export interface SessionRow {
  readonly userAgent: string | undefined;
  readonly address: string | undefined;
  readonly signedInAt: number;
  readonly lastUsedAt: number | undefined;
  /** Names of the applications that it was used for. */
  readonly apps?: readonly string[];
  /** Absent for people who may not end it. */
  readonly end: string | undefined;
}

export interface SessionsModel {
  readonly path: string;
  readonly q: string;
  readonly accounts: readonly {
    readonly id: string;
    readonly username: string;
    readonly href: string;
    readonly sessions: readonly SessionRow[];
    readonly next: string | undefined;
  }[];
  /** The parameters of the next page of those who signed in before. */
  readonly next: { readonly until: string | undefined; readonly cursor: string | undefined } | undefined;
  /** No filter is set. */
  readonly isRecent: boolean;
  readonly isDone: boolean;
}

export const sessionTable = (frame: ConsoleFrame, caption: string, sessions: readonly SessionRow[]): Html => {
  const { sessions: text, lists } = frame.text;
  const browserOf = (userAgent: string | undefined): string =>
    describeBrowser(frame.page.messages, userAgent);
  return table(
    caption,
    [
      { label: text.browser, cell: ({ userAgent }) => browserOf(userAgent) },
      { label: text.address, cell: ({ address }) => address },
      { label: text.signedIn, cell: ({ signedInAt }) => moment(frame, signedInAt) },
      {
        label: text.lastUsed,
        cell: ({ lastUsedAt }) => lastUsedAt !== undefined && moment(frame, lastUsedAt),
      },
      ...(sessions.some(({ apps }) => apps !== undefined)
        ? [{ label: text.apps, cell: ({ apps = [] }: SessionRow) => apps.join(', ') }]
        : []),
      {
        label: lists.actions,
        cell: ({ end, userAgent }) =>
          end !== undefined &&
          html`<a class="session-end" href="${ownPath(end)}">${text.end}<span class="visually-hidden">: ${browserOf(userAgent)}</span></a>`,
      },
    ],
    sessions,
  );
};

export const sessionsPage = (
  frame: ConsoleFrame,
  { path, q, accounts, next: nextAccounts, isRecent, isDone }: SessionsModel,
): string => {
  const { sessions: text, lists } = frame.text;
  const inputs = createFields(frame.page.messages);
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(isDone ? text.done : undefined)}
    ${filterForm(
      path,
      inputs.text({ name: 'q', label: text.search, hint: text.searchHint, value: q, autocomplete: 'off' }),
      lists.search,
    )}
    ${accounts.length === 0 ? html`<p>${text.none}</p>` : isRecent && html`<p class="hint">${text.recent}</p>`}
    ${accounts.map(
      ({ id, username, href, sessions, next }) => html`<section>
      <h2>${text.of(html`<a href="${ownPath(href)}">${username}</a>`)}</h2>
      ${sessions.length === 0 ? html`<p>${text.none}</p>` : sessionTable(frame, username, sessions)}
      ${next !== undefined && nextPage(frame, path, { account: id, after: next })}
    </section>`,
    )}
    ${nextAccounts !== undefined && nextPage(frame, path, { q, ...nextAccounts })}`,
  });
};
