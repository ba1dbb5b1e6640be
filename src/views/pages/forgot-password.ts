import { alert, createFields, submit } from '../fields.ts';
import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export interface ForgotPasswordModel {
  /** The form posts `login` to this path. */
  readonly action: string;
  readonly isMissing?: boolean;
  /** Too many requests came from this network. */
  readonly waitSeconds?: number;
  readonly login?: string;
}

export const forgotPasswordPage = (page: Page, model: ForgotPasswordModel): string => {
  const { forgotPassword: text, tag } = page.messages;
  const { action, isMissing = false, waitSeconds, login } = model;
  const fields = createFields(page.messages, isMissing ? [{ field: 'login', message: text.missing }] : []);
  return layout(page, {
    title: text.title,
    invalid: isMissing || waitSeconds !== undefined,
    body: html`
    <p>${text.hint}</p>
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(text.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${fields.text({ name: 'login', label: text.login, value: login, autocomplete: 'username', required: true, autofocus: true })}
      ${submit({ label: text.submit, class: 'forgot-submit' })}
    </form>`,
  });
};

/** The same for every name and address, whether or not there is an account. */
export const resetSentPage = (page: Page, { again }: { readonly again: string }): string => {
  const { forgotPassword: text } = page.messages;
  return layout(page, {
    title: text.sentTitle,
    body: html`
    <p>${text.sent}</p>
    <p>${text.sentHint}</p>
    <p class="after"><a href="${ownPath(again)}">${text.again}</a></p>`,
  });
};
