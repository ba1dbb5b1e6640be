import { alert, checkbox, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

interface Model {
  /** The forms post to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  /** The login page. */
  readonly back: string;
  /** There were too many requests, or too many wrong codes. */
  readonly waitSeconds?: number | undefined;
}

export interface RequestCodeModel extends Model {
  /** The form posts `csrf`, `by` (`code`), `login` and `remember` (`yes`). */
  readonly login?: string | undefined;
  /** The account signs in again. */
  readonly isFixed: boolean;
  /** Whether the box is ticked. Without it the page has no such box. */
  readonly remember?: boolean | undefined;
  readonly isMissing?: boolean | undefined;
}

export const requestCodePage = (page: Page, model: RequestCodeModel): string => {
  const { signInCode: text, forgotPassword, login: loginText, tag } = page.messages;
  const { action, csrf, client, back, login, isFixed, remember, isMissing = false, waitSeconds } = model;
  const fields = createFields(
    page.messages,
    isMissing ? [{ field: 'login', message: forgotPassword.missing }] : [],
  );
  return layout(page, {
    title: text.title,
    invalid: isMissing || waitSeconds !== undefined,
    body: html`
    ${renderClient(client)}
    <p>${text.hint}</p>
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(forgotPassword.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf, by: 'code' })}
      ${fields.text({ name: 'login', label: forgotPassword.login, value: login, autocomplete: 'username', required: true, readonly: isFixed, autofocus: !isFixed })}
      ${!isFixed && remember !== undefined && checkbox({ name: 'remember', label: loginText.remember, hint: loginText.rememberHint, checked: remember })}
      ${submit({ label: text.submit, class: 'code-request' })}
    </form>
    <p class="after"><a href="${ownPath(back)}">${text.back}</a></p>`,
  });
};

export interface SignInCodeModel extends Model {
  /** The forms post `csrf` and either `code` or `resend` (`yes`). */
  readonly login: string;
  /** The page to enter another name. */
  readonly changeTo: string;
  readonly problem?: 'missing' | 'wrong' | 'expired' | 'usedUp' | undefined;
}

/** The same for every name and address, whether or not there is an account. */
export const signInCodePage = (page: Page, model: SignInCodeModel): string => {
  const { signInCode: text, emailCode, login: loginText, tag } = page.messages;
  const { action, csrf, client, back, login, changeTo, problem, waitSeconds } = model;
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [{ field: 'code', message: emailCode.problems[problem] }],
  );
  return layout(page, {
    title: text.sentTitle,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${renderClient(client)}
    <p>${text.sent(strong(login))}</p>
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(loginText.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${fields.text({ name: 'code', label: emailCode.code, hint: emailCode.hint, autocomplete: 'one-time-code', inputmode: 'numeric', code: true, required: true, autofocus: true })}
      ${submit({ label: loginText.submit, class: 'code-submit' })}
    </form>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: emailCode.resend, class: 'code-resend', name: 'resend', value: 'yes', look: 'secondary' })}
    </form>
    <p class="after"><a href="${ownPath(changeTo)}">${text.change}</a></p>
    <p class="after"><a href="${ownPath(back)}">${text.back}</a></p>`,
  });
};
