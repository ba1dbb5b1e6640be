import { type AccountFrame, accountPage } from '../account-layout.ts';
import { alert, checkbox, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import type { Messages } from '../languages/messages.ts';
import { ownPath } from '../links.ts';
import { type NewAccountProblem, newAccountError } from '../new-account-fields.ts';
import { relativeTime } from '../time.ts';

export type PasswordProblem = NewAccountProblem | 'currentMissing' | 'currentWrong' | 'passwordSame';

export interface AccountPasswordModel {
  /** The form posts `csrf`, `current`, `password` and `offline` to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly username: string;
  readonly minPasswordLength: number;
  readonly hasPassword: boolean;
  /** The operator has set the password in the configuration. */
  readonly isFixed: boolean;
  readonly isDone: boolean;
  readonly problem?: PasswordProblem | undefined;
  /** Too many wrong passwords. */
  readonly waitSeconds?: number | undefined;
}

const errorOf = (messages: Messages, problem: PasswordProblem, minPasswordLength: number) => {
  const { emailAddress, requiredPassword, login } = messages;
  switch (problem) {
    case 'currentMissing':
      return { field: 'current', message: login.missingPassword };
    case 'currentWrong':
      return { field: 'current', message: emailAddress.problems.passwordWrong };
    case 'passwordSame':
      return { field: 'password', message: requiredPassword.same };
    default:
      return newAccountError(messages, problem, minPasswordLength);
  }
};

export const accountPasswordPage = (frame: AccountFrame, model: AccountPasswordModel): string => {
  const { messages } = frame.page;
  const { login, resetPassword, createAccount } = messages;
  const { password: text, sessions } = messages.account;
  const { action, csrf, username, minPasswordLength, hasPassword, isFixed, problem, waitSeconds } = model;
  const fields = createFields(
    messages,
    problem === undefined ? [] : [errorOf(messages, problem, minPasswordLength)],
  );
  return accountPage(frame, {
    title: hasPassword ? text.title : text.setTitle,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${model.isDone && html`<p class="notice" role="status">${text.done}</p>`}
    ${isFixed && html`<p>${text.fixed}</p>`}
    ${waitSeconds !== undefined && alert(login.throttled(relativeTime(messages.tag, waitSeconds)))}
    ${
      !isFixed &&
      html`<form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      <input type="text" name="login" value="${username}" autocomplete="username" readonly hidden>
      ${hasPassword ? fields.password({ name: 'current', label: text.current, autocomplete: 'current-password', required: true }) : html`<p>${text.none}</p>`}
      ${fields.password({ name: 'password', label: resetPassword.password, hint: createAccount.passwordHint(minPasswordLength), autocomplete: 'new-password', required: true })}
      <p>${text.consequence}</p>
      ${checkbox({ name: 'offline', label: sessions.offline, hint: sessions.offlineHint })}
      ${submit({ label: resetPassword.submit, class: 'password-submit' })}
    </form>`
    }`,
  });
};
