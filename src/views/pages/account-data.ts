import { type AccountFrame, accountPage } from '../account-layout.ts';
import { createFields, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export interface AccountDataModel {
  /** The form posts `csrf` to this path, which answers with the file. */
  readonly action: string;
  readonly csrf: string;
  /** The page that deletes the account, if the operator lets people do that. */
  readonly deletion?: string;
}

export const accountDataPage = (
  frame: AccountFrame,
  { action, csrf, deletion }: AccountDataModel,
): string => {
  const { data: text } = frame.page.messages.account;
  return accountPage(frame, {
    title: text.title,
    body: html`
    <h2>${text.copyTitle}</h2>
    <p>${text.copy}</p>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: text.copySubmit, class: 'data-copy', look: 'secondary' })}
    </form>
    ${
      deletion !== undefined &&
      html`<h2>${text.deleteTitle}</h2>
    <p><a class="account-delete" href="${ownPath(deletion)}">${text.deleteLink}</a></p>`
    }`,
  });
};

export interface DeleteAccountModel {
  /** The form posts `csrf` and `login` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly username: string;
  /** How long the audit record is kept; 0: for good. */
  readonly audit?: { readonly days: number };
  /** What was typed instead of the user name. */
  readonly typed?: string | undefined;
}

export const deleteAccountPage = (frame: AccountFrame, model: DeleteAccountModel): string => {
  const { messages } = frame.page;
  const { data: text } = messages.account;
  const { action, csrf, back, username, audit, typed } = model;
  const fields = createFields(
    messages,
    typed === undefined ? [] : [{ field: 'login', message: text.nameWrong }],
  );
  return accountPage(frame, {
    title: text.deleteTitle,
    invalid: typed !== undefined,
    body: html`
    <p>${text.removed}</p>
    <ul>${text.removedItems.map((item) => html`<li>${item}</li>`)}</ul>
    <p>${text.appsKeep}</p>
    ${audit && html`<p>${text.audit} ${audit.days === 0 ? text.auditForever : text.auditDays(audit.days)}</p>`}
    <p><strong>${text.noWayBack}</strong></p>
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${fields.text({ name: 'login', label: text.typeName(strong(username)), value: typed, autocomplete: 'off', required: true })}
      <div class="actions">
        ${submit({ label: text.deleteSubmit, class: 'account-delete-confirm', look: 'danger' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

export const accountDeletedPage = (page: Page): string => {
  const { data: text } = page.messages.account;
  return layout(page, {
    title: text.deletedTitle,
    body: html`
    <p>${text.deleted}</p>
    ${homeLink(page)}`,
  });
};
