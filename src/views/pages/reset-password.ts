import { checkSignInMethods } from '../check-sign-in-methods.ts';
import { createFields, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import type { Page } from '../page.ts';

export interface ResetPasswordModel {
  /** The form posts `password` to this path. */
  readonly action: string;
  readonly account: string;
  readonly minPasswordLength: number;
  readonly problem?: NewAccountProblem | undefined;
}

export const resetPasswordPage = (page: Page, model: ResetPasswordModel): string => {
  const { resetPassword: text, createAccount } = page.messages;
  const { action, account, minPasswordLength, problem } = model;
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [newAccountError(page.messages, problem, minPasswordLength)],
  );
  return layout(page, {
    title: text.title,
    invalid: problem !== undefined,
    body: html`
    <p>${text.account(strong(account))}</p>
    ${fields.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      <input type="text" name="login" value="${account}" autocomplete="username" readonly hidden>
      ${fields.password({ name: 'password', label: text.password, hint: createAccount.passwordHint(minPasswordLength), autocomplete: 'new-password', required: true, autofocus: true })}
      <p>${text.consequence}</p>
      ${submit({ label: text.submit, class: 'reset-submit' })}
    </form>`,
  });
};

export const passwordResetDonePage = (page: Page, { check }: { readonly check: string }): string => {
  const { resetPassword: text } = page.messages;
  return layout(page, {
    title: text.doneTitle,
    body: html`
    <p>${text.done}</p>
    ${checkSignInMethods(page, check)}
    ${homeLink(page)}`,
  });
};
