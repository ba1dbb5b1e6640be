import { type AuthenticatorModel, authenticatorFields, recoveryCodeList } from '../authenticator-fields.ts';
import { checkSignInMethods } from '../check-sign-in-methods.ts';
import { alert, createFields, type FieldError, hidden, submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import type { Page } from '../page.ts';
import type { SetUpProblem } from './set-up-factor.ts';

export interface RecoverAccountModel {
  /** The form posts `password`, `pending` and `code` to this path. */
  readonly action: string;
  readonly account: string;
  readonly minPasswordLength: number;
  /** The operator has set the password in the configuration. */
  readonly hasFixedPassword: boolean;
  /** Undefined where there are no authenticator apps. */
  readonly app: (AuthenticatorModel & { readonly pending: string }) | undefined;
  readonly passwordProblem?: NewAccountProblem | undefined;
  readonly codeProblem?: SetUpProblem | undefined;
  /** Nothing was filled in. */
  readonly isEmpty?: boolean;
}

export const recoverAccountPage = (page: Page, model: RecoverAccountModel): string => {
  const { factors, resetPassword, createAccount } = page.messages;
  const { recover: text, setUp } = factors;
  const { action, account, minPasswordLength, hasFixedPassword, app } = model;
  const { passwordProblem, codeProblem, isEmpty } = model;
  const errors: readonly FieldError[] = [
    ...(passwordProblem === undefined
      ? []
      : [newAccountError(page.messages, passwordProblem, minPasswordLength)]),
    ...(codeProblem === undefined ? [] : [{ field: 'code', message: setUp.problems[codeProblem] }]),
  ];
  const fields = createFields(page.messages, errors);
  return layout(page, {
    title: text.title,
    invalid: errors.length > 0 || isEmpty === true,
    body: html`
    <p>${resetPassword.account(strong(account))}</p>
    <p>${text.hint}</p>
    ${isEmpty && alert(text.empty)}
    ${fields.summary()}
    <form method="post" action="${ownPath(action)}" novalidate>
      <input type="text" name="login" value="${account}" autocomplete="username" readonly hidden>
      ${
        !hasFixedPassword &&
        html`<h2 class="entry-title">${text.passwordTitle}</h2>
      ${fields.password({ name: 'password', label: resetPassword.password, hint: createAccount.passwordHint(minPasswordLength), autocomplete: 'new-password' })}`
      }
      ${
        app &&
        html`<h2 class="entry-title">${text.appTitle}</h2>
      <p>${text.appHint}</p>
      ${hidden({ pending: app.pending })}
      ${authenticatorFields(page.messages, fields, app, { isOptional: true })}`
      }
      <p>${resetPassword.consequence}</p>
      ${submit({ label: text.submit, class: 'recover-submit' })}
    </form>`,
  });
};

/** The end. New recovery codes are shown this once. */
export const recoveredPage = (
  page: Page,
  { codes, check }: { readonly codes?: readonly string[]; readonly check: string },
): string => {
  const { recover: text, codes: codesText } = page.messages.factors;
  return layout(page, {
    title: codes ? codesText.title : text.doneTitle,
    body: html`
    ${codes && recoveryCodeList(page.messages, codes)}
    <p>${text.done}</p>
    ${checkSignInMethods(page, check)}
    ${homeLink(page)}`,
  });
};
