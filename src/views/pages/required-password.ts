import { alert, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export interface RequiredPasswordModel {
  /** The form posts `csrf` and `password` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly account: string;
  readonly minPasswordLength: number;
  readonly problem?: NewAccountProblem | 'passwordSame' | undefined;
  /** Too many wrong passwords. */
  readonly waitSeconds?: number | undefined;
}

export const requiredPasswordPage = (page: Page, model: RequiredPasswordModel): string => {
  const { requiredPassword: text, resetPassword, createAccount, login } = page.messages;
  const { action, csrf, client, account, minPasswordLength, problem, waitSeconds } = model;
  const errors =
    problem === undefined
      ? []
      : problem === 'passwordSame'
        ? [{ field: 'password', message: text.same }]
        : [newAccountError(page.messages, problem, minPasswordLength)];
  const fields = createFields(page.messages, errors);
  return layout(page, {
    title: resetPassword.title,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    <p>${text.why}</p>
    <p>${resetPassword.account(strong(account))}</p>
    ${waitSeconds !== undefined && alert(login.throttled(relativeTime(page.messages.tag, waitSeconds)))}
    ${fields.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      <input type="text" name="login" value="${account}" autocomplete="username" readonly hidden>
      ${fields.password({ name: 'password', label: resetPassword.password, hint: createAccount.passwordHint(minPasswordLength), autocomplete: 'new-password', required: true, autofocus: true })}
      ${submit({ label: resetPassword.submit, class: 'password-submit' })}
    </form>`,
  });
};
