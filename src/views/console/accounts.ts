import { createFields } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { doneNotice, filterForm, moment, nextPage, table } from './parts.ts';

export interface AccountRow {
  readonly href: string;
  readonly username: string;
  readonly detail: string;
  readonly groups: readonly string[];
  readonly enabled: boolean;
  readonly isConfigured: boolean;
  readonly hasRole: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number | undefined;
}

export interface AccountsModel {
  readonly path: string;
  readonly accounts: readonly AccountRow[];
  readonly filters: { readonly q: string; readonly status: string };
  readonly next: string | undefined;
  /** Absent for people who may add none. */
  readonly add: { readonly account: string; readonly invitation: string } | undefined;
  /** The address of the list of invitations that were not accepted yet. */
  readonly invitations: string;
  readonly done: string | undefined;
}

export const statusBadges = (
  { text: { accounts } }: ConsoleFrame,
  {
    enabled,
    isConfigured,
    hasRole,
  }: { readonly enabled: boolean; readonly isConfigured: boolean; readonly hasRole: boolean },
): Html => html`<span class="${enabled ? 'badge' : 'badge badge-warn'}">${enabled ? accounts.badges.enabled : accounts.badges.disabled}</span>
    ${isConfigured && html`<span class="badge">${accounts.badges.configured}</span>`}
    ${hasRole && html`<span class="badge badge-new">${accounts.badges.role}</span>`}`;

const renderFilter = (frame: ConsoleFrame, { path, filters }: AccountsModel): Html => {
  const { lists, accounts } = frame.text;
  const { list: text } = accounts;
  const inputs = createFields(frame.page.messages);
  return filterForm(
    path,
    html`${inputs.text({ name: 'q', label: text.search, hint: text.searchHint, value: filters.q, autocomplete: 'off' })}
      ${inputs.select({
        name: 'status',
        label: text.status,
        value: filters.status,
        options: [
          { value: '', label: text.any },
          { value: 'enabled', label: text.enabled },
          { value: 'disabled', label: text.disabled },
        ],
      })}`,
    lists.search,
  );
};

export const accountsPage = (frame: ConsoleFrame, model: AccountsModel): string => {
  const { lists, accounts: text } = frame.text;
  const { columns } = text;
  const { path, accounts, filters, next, add, done } = model;
  const isFiltered = filters.q !== '' || filters.status !== '';
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(done)}
    <p class="console-actions">${
      add &&
      html`<a role="button" class="account-add" href="${ownPath(add.account)}">${text.list.add}</a>
      <a role="button" class="secondary account-invite" href="${ownPath(add.invitation)}">${text.list.invite}</a> `
    }<a role="button" class="secondary account-invitations" href="${ownPath(model.invitations)}">${text.invitations.title}</a></p>
    ${renderFilter(frame, model)}
    ${
      accounts.length === 0
        ? isFiltered || next !== undefined
          ? html`<p>${lists.none}</p>`
          : html`<p>${text.list.none} <code>postern account add ada</code></p>`
        : table(
            text.title,
            [
              {
                label: columns.username,
                cell: ({ href, username }) =>
                  html`<a class="account-open" href="${ownPath(href)}">${username}</a>`,
              },
              { label: columns.name, cell: ({ detail }) => detail },
              { label: columns.groups, cell: ({ groups }) => groups.join(', ') },
              { label: columns.status, cell: (row) => statusBadges(frame, row) },
              {
                label: columns.created,
                cell: ({ createdAt }) => createdAt !== undefined && moment(frame, createdAt),
              },
            ],
            accounts,
          )
    }
    ${next !== undefined && nextPage(frame, path, { ...filters, after: next })}`,
  });
};
