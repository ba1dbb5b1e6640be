import { type Html, html, type Value } from '../html.ts';
import { ownPath } from '../links.ts';
import { statusBadges } from './accounts.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { doneNotice, fact, moment, table } from './parts.ts';
import { type EntryModel, renderEntries } from './record.ts';
import { type SessionRow, sessionTable } from './sessions.ts';

/** Times are milliseconds since the epoch. */
interface FactorModel {
  readonly kind: 'app' | 'passkey' | 'link';
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number | undefined;
  /** Absent for people who may not remove it. */
  readonly remove: string | undefined;
}

export interface AccountDetailModel {
  readonly account: {
    readonly id: string;
    readonly username: string;
    readonly enabled: boolean;
    readonly hasPassword: boolean;
    readonly isConfigured: boolean;
    readonly isSuperseded: boolean;
    readonly hasRole: boolean;
    readonly createdAt: number | undefined;
    readonly passwordChangedAt: number | undefined;
    readonly signedOutAt: number | undefined;
    readonly acr: string | undefined;
    readonly required: readonly ('password' | 'factor' | 'profile')[];
  };
  readonly claims: readonly { readonly name: string; readonly value: string }[];
  readonly groups: readonly {
    readonly name: string;
    readonly href: string;
    /** The upstream that named it. Absent for a membership that an operator added. */
    readonly upstream: string | undefined;
    readonly givesRole: boolean;
  }[];
  readonly factors: readonly FactorModel[];
  readonly recovery: { readonly left: number; readonly remove: string | undefined } | undefined;
  readonly sessions: readonly SessionRow[];
  readonly allSessions: string;
  readonly apps: readonly {
    readonly name: string;
    readonly connectedAt: number;
    readonly usedAt: number | undefined;
    readonly disconnect: string | undefined;
  }[];
  /** Absent where nothing is recorded. */
  readonly entries: readonly EntryModel[] | undefined;
  /** Absent where the console has no page of the record. */
  readonly allActivity: string | undefined;
  readonly actions: readonly { readonly name: string; readonly href: string; readonly label: string }[];
  /** Apart from the others, because it takes things away for good. */
  readonly danger: { readonly href: string; readonly label: string } | undefined;
  /** Only people with more rights may change it. */
  readonly isProtected: boolean;
  readonly done: string | undefined;
}

const section = (id: string, title: string, body: Value): Html =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`;

const renderFacts = (frame: ConsoleFrame, { account }: AccountDetailModel): Html => {
  const { detail: text } = frame.text.accounts;
  const { passwordChangedAt, createdAt, signedOutAt } = account;
  return html`<dl class="facts-list">
      ${fact(text.id, html`<code>${account.id}</code>`)}
      ${fact(text.created, createdAt !== undefined && moment(frame, createdAt))}
      ${fact(
        text.password,
        passwordChangedAt !== undefined && account.hasPassword
          ? text.passwordChanged(moment(frame, passwordChangedAt))
          : account.hasPassword
            ? text.passwordSet
            : text.passwordNone,
      )}
      ${fact(text.signedOut, signedOutAt !== undefined && moment(frame, signedOutAt))}
      ${fact(text.level, account.acr)}
      ${fact(text.required, account.required.map((one) => text.requirements[one]).join(', '))}
    </dl>`;
};

const renderGroups = (frame: ConsoleFrame, { groups }: AccountDetailModel): Html => {
  const { detail: text, badges } = frame.text.accounts;
  if (groups.length === 0) return html`<p>${text.noGroups}</p>`;
  return html`<ul class="console-list">${groups.map(
    ({ name, href, upstream, givesRole }) =>
      html`<li><a href="${ownPath(href)}">${name}</a> <span class="hint">${upstream === undefined ? text.fromOperator : text.fromUpstream(upstream)}</span>${givesRole && html` <span class="badge badge-new">${badges.role}</span>`}</li>`,
  )}</ul>`;
};

const renderFactors = (frame: ConsoleFrame, { factors, recovery }: AccountDetailModel): Html => {
  const { detail: text } = frame.text.accounts;
  if (factors.length === 0 && recovery === undefined) return html`<p>${text.noFactors}</p>`;
  const removal = (href: string | undefined, name: string) =>
    href !== undefined &&
    html`<a class="factor-remove" href="${ownPath(href)}">${text.remove}<span class="visually-hidden">: ${name}</span></a>`;
  return html`<ul class="console-list">${factors.map(({ kind, name, createdAt, lastUsedAt, remove }) => {
    const label = name === '' ? text[kind] : `${text[kind]}: ${name}`;
    return html`<li>${label}
        <span class="hint">${text.added} ${moment(frame, createdAt)}${lastUsedAt !== undefined && html` · ${text.lastUsed} ${moment(frame, lastUsedAt)}`}</span>
        ${removal(remove, label)}</li>`;
  })}
    ${recovery && html`<li>${text.recovery(recovery.left)} ${removal(recovery.remove, text.recovery(recovery.left))}</li>`}
  </ul>`;
};

const renderSessions = (frame: ConsoleFrame, { sessions, allSessions }: AccountDetailModel): Html => {
  const { accounts } = frame.text;
  if (sessions.length === 0) return html`<p>${accounts.detail.noSessions}</p>`;
  return html`${sessionTable(frame, accounts.detail.sessions, sessions)}<p><a href="${ownPath(allSessions)}">${accounts.detail.allSessions}</a></p>`;
};

const renderApps = (frame: ConsoleFrame, { apps }: AccountDetailModel): Html => {
  const { detail: text } = frame.text.accounts;
  if (apps.length === 0) return html`<p>${text.noApps}</p>`;
  return table(
    text.apps,
    [
      { label: text.apps, cell: ({ name }) => name },
      { label: text.since, cell: ({ connectedAt }) => moment(frame, connectedAt) },
      { label: text.used, cell: ({ usedAt }) => usedAt !== undefined && moment(frame, usedAt) },
      {
        label: frame.text.lists.actions,
        cell: ({ disconnect, name }) =>
          disconnect !== undefined &&
          html`<a class="app-disconnect" href="${ownPath(disconnect)}">${text.disconnect}<span class="visually-hidden">: ${name}</span></a>`,
      },
    ],
    apps,
  );
};

const renderActions = (frame: ConsoleFrame, model: AccountDetailModel): Html => {
  const { detail: text } = frame.text.accounts;
  const { account, actions, danger, isProtected } = model;
  return html`
    ${account.isConfigured && html`<p class="hint">${text.configured}</p>`}
    ${account.isSuperseded && html`<p class="hint">${text.superseded}</p>`}
    ${isProtected && html`<p class="hint">${text.protected}</p>`}
    ${actions.length === 0 && !isProtected && html`<p class="hint">${text.noActions}</p>`}
    <p class="console-actions">${actions.map(
      ({ name, href, label }) =>
        html`<a role="button" class="secondary account-${name}" href="${ownPath(href)}">${label}</a> `,
    )}${danger && html`<a role="button" class="danger account-remove" href="${ownPath(danger.href)}">${danger.label}</a>`}</p>`;
};

export const accountDetailPage = (frame: ConsoleFrame, model: AccountDetailModel): string => {
  const { detail: text } = frame.text.accounts;
  const { account, claims, entries, allActivity } = model;
  return consolePage(frame, {
    title: account.username,
    body: html`
    ${doneNotice(model.done)}
    <p>${statusBadges(frame, account)}</p>
    ${renderFacts(frame, model)}
    ${section('actions', text.actions, renderActions(frame, model))}
    ${section(
      'claims',
      text.claims,
      claims.length === 0
        ? html`<p>${text.noClaims}</p>`
        : html`<dl class="facts-list">${claims.map(({ name, value }) => fact(name, value))}</dl>`,
    )}
    ${section('groups', text.groups, renderGroups(frame, model))}
    ${section('factors', text.factors, renderFactors(frame, model))}
    ${section('sessions', text.sessions, renderSessions(frame, model))}
    ${section('apps', text.apps, renderApps(frame, model))}
    ${
      entries !== undefined &&
      section(
        'activity',
        text.activity,
        html`${entries.length === 0 ? html`<p>${text.noActivity}</p>` : renderEntries(frame, text.activity, entries)}
        ${allActivity !== undefined && html`<p><a href="${ownPath(allActivity)}">${text.allActivity}</a></p>`}`,
      )
    }`,
  });
};
