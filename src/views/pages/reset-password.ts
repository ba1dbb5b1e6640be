import { createFields, submit } from '../fields.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import type { Messages } from '../languages/messages.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export type NewPasswordProblem = Extract<keyof Messages['createAccount']['problems'], `password${string}`>;

export interface ResetPasswordModel {
  /** The form posts `password` to this path. */
  readonly action: string;
  readonly account: string;
  readonly minPasswordLength: number;
  readonly problem?: NewPasswordProblem | undefined;
}

export const resetPasswordPage = (page: Page, model: ResetPasswordModel): string => {
  const { resetPassword: text, createAccount } = page.messages;
  const { action, account, minPasswordLength, problem } = model;
  const fields = createFields(
    page.messages,
    problem === undefined
      ? []
      : [{ field: 'password', message: passwordMessage(page.messages, problem, minPasswordLength) }],
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

export const passwordResetDonePage = (page: Page): string => {
  const { resetPassword: text } = page.messages;
  return layout(page, {
    title: text.doneTitle,
    body: html`
    <p>${text.done}</p>`,
  });
};

const passwordMessage = (
  { createAccount: { problems } }: Messages,
  problem: NewPasswordProblem,
  minLength: number,
): string => {
  const message = problems[problem];
  return typeof message === 'string' ? message : message(minLength);
};
