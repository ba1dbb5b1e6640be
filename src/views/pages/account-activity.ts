import { type AccountFrame, accountPage } from '../account-layout.ts';
import { html } from '../html.ts';
import type { Messages } from '../languages/messages.ts';
import { ownPath } from '../links.ts';
import { dateTime } from '../time.ts';

/** The events that people are shown; with another outcome than `ok`, the outcome follows. */
export const activityKinds = [
  'sign-in',
  'sign-in refused',
  'sign-up',
  'logout',
  'account.added',
  'account.password_changed',
  'account.password_removed',
  'password_reset.requested',
  'password_reset.completed',
  'account.updated',
  'account.address_requested',
  'account.address_confirmed',
  'account.reported',
  'account.signed_out',
  'session.ended',
  'passkey.added',
  'passkey.renamed',
  'passkey.removed',
  'second-factor refused',
  'account.factor_added',
  'account.factor_removed',
  'account.recovery_code_used',
  'account.recovery_codes_made',
  'account.upstream_linked',
  'account.upstream_unlinked',
  'account.data_copied',
  'consent',
  'consent refused',
  'app.disconnected',
  'grant.revoked',
  'ciba.answered',
] as const;

export type ActivityKind = (typeof activityKinds)[number];

export interface AccountActivityModel {
  readonly entries: readonly {
    readonly kind: ActivityKind | undefined;
    /** Milliseconds since the epoch. */
    readonly at: number;
    readonly address: string | undefined;
    /** The name of the application that it happened in. */
    readonly app: string | undefined;
  }[];
  /** The page of older ones. */
  readonly more?: string;
}

const sentenceOf = ({ account }: Messages, kind: ActivityKind | undefined): string =>
  kind === undefined ? '' : account.activity.events[kind];

export const accountActivityPage = (frame: AccountFrame, { entries, more }: AccountActivityModel): string => {
  const { messages } = frame.page;
  const { activity: text, sessions } = messages.account;
  return accountPage(frame, {
    title: text.title,
    body: html`
    <p>${text.hint}</p>
    ${entries.length === 0 && html`<p>${text.none}</p>`}
    <ul class="entries">${entries.map(
      ({ kind, at, address, app }) => html`<li>
      <h2 class="entry-title">${sentenceOf(messages, kind)}</h2>
      <dl class="facts-list">
        <div><dt>${text.time}</dt><dd><time datetime="${new Date(at).toISOString()}">${dateTime(messages.tag, new Date(at), frame.zone)}</time></dd></div>
        ${app !== undefined && html`<div><dt>${text.app}</dt><dd>${app}</dd></div>`}
        ${address !== undefined && html`<div><dt>${sessions.address}</dt><dd>${address}</dd></div>`}
      </dl>
    </li>`,
    )}</ul>
    ${more !== undefined && html`<p><a class="activity-more" href="${ownPath(more)}">${text.more}</a></p>`}`,
  });
};
