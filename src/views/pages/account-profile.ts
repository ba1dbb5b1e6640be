import { type AccountFrame, accountPage } from '../account-layout.ts';
import { createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { ownPath } from '../links.ts';
import { type ProfileFieldModel, profileFieldErrors, renderProfileFields } from '../profile-fields.ts';

export interface AccountProfileModel {
  /** The form posts `csrf` and the fields to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly email?: { readonly address: string; readonly isVerified: boolean };
  readonly changeEmail?: string | undefined;
  /** What only the operator changes. */
  readonly fixed: readonly ProfileFieldModel[];
  readonly fields: readonly ProfileFieldModel[];
  /** The operator has set the account in the configuration. */
  readonly isFixed: boolean;
  readonly isDone: boolean;
}

export const accountProfilePage = (frame: AccountFrame, model: AccountProfileModel): string => {
  const { messages } = frame.page;
  const { profile: text } = messages.account;
  const { action, csrf, username, email, changeEmail, fixed, fields, isFixed, isDone } = model;
  const errors = profileFieldErrors(messages, fields);
  const inputs = createFields(messages, errors);
  const shown = isFixed ? [...fields.filter(({ value }) => value !== ''), ...fixed] : fixed;
  return accountPage(frame, {
    title: text.title,
    invalid: errors.length > 0,
    body: html`
    ${isDone && html`<p class="notice" role="status">${text.done}</p>`}
    <dl class="facts-list">
      <div><dt>${messages.login.login}</dt><dd>${username}</dd></div>
      ${
        email &&
        html`<div><dt>${messages.createAccount.email}</dt><dd>${email.address} <span class="badge">${email.isVerified ? text.verified : text.unverified}</span></dd></div>`
      }
      ${shown.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}
    </dl>
    ${changeEmail !== undefined && html`<p><a class="email-change" href="${ownPath(changeEmail)}">${email?.isVerified === false ? text.confirmEmail : text.changeEmail}</a></p>`}
    ${isFixed && html`<p class="hint">${text.fixed}</p>`}
    ${
      !isFixed &&
      fields.length > 0 &&
      html`${inputs.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${renderProfileFields(inputs, fields)}
      ${submit({ label: text.submit, class: 'profile-submit' })}
    </form>`
    }`,
  });
};
