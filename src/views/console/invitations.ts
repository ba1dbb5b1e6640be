import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { doneNotice, moment, nextPage, table } from './parts.ts';

interface InvitationRow {
  readonly email: string;
  readonly username?: string | undefined;
  readonly groups: readonly string[];
  readonly givesRole: boolean;
  /** False for one that can't be accepted, because its maker may not give the role any more. */
  readonly isValid: boolean;
  /** Who made it. */
  readonly by: string | undefined;
  readonly isByCommand: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Absent for those who may not revoke it. */
  readonly revoke: string | undefined;
}

interface InvitationsModel {
  readonly path: string;
  readonly rows: readonly InvitationRow[];
  readonly next: string | undefined;
  /** Absent for people who may invite no one. */
  readonly invite: string | undefined;
  readonly back: string;
  readonly done: string | undefined;
}

const badges = ({ text }: ConsoleFrame, { givesRole, isValid }: InvitationRow): Html =>
  html`${givesRole && html` <span class="badge badge-new">${text.groups.givesRole}</span>`}${!isValid && html` <span class="badge badge-warn">${text.accounts.invitations.invalid}</span>`}`;

export const invitationsPage = (frame: ConsoleFrame, model: InvitationsModel): string => {
  const { invitations: text, list, columns } = frame.text.accounts;
  const { path, rows, next, invite, back, done } = model;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(done)}
    <p>${text.lead}</p>
    <p class="console-actions">${invite !== undefined && html`<a role="button" class="account-invite" href="${ownPath(invite)}">${list.invite}</a> `}<a role="button" class="secondary" href="${ownPath(back)}">${text.back}</a></p>
    ${
      rows.length === 0
        ? next === undefined && html`<p>${text.none}</p>`
        : table(
            text.title,
            [
              {
                label: text.email,
                cell: ({ email, username }) => (username === undefined ? email : `${email} · ${username}`),
              },
              {
                label: columns.groups,
                cell: (row) => html`${row.groups.join(', ')}${badges(frame, row)}`,
              },
              { label: text.by, cell: ({ by, isByCommand }) => (isByCommand ? text.command : (by ?? '–')) },
              { label: text.made, cell: ({ createdAt }) => moment(frame, createdAt) },
              { label: text.expires, cell: ({ expiresAt }) => moment(frame, expiresAt) },
              {
                label: frame.text.lists.actions,
                cell: ({ email, revoke }) =>
                  revoke !== undefined &&
                  html`<a class="invitation-revoke" href="${ownPath(revoke)}">${text.revoke.submit}<span class="visually-hidden"> ${email}</span></a>`,
              },
            ],
            rows,
          )
    }
    ${next !== undefined && nextPage(frame, path, { after: next })}`,
  });
};
