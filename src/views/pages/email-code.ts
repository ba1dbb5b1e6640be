import { alert, createFields, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { ClientDisplay, Page } from '../page.ts';
import { relativeTime } from '../time.ts';

export interface EmailCodeModel {
  /** The forms post `csrf` and either `code` or `resend` (`yes`) to this path. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly email: string;
  readonly changeTo: string;
  readonly problem?: 'missing' | 'wrong' | 'expired' | 'usedUp' | undefined;
  /** Another code was asked for too early. */
  readonly waitSeconds?: number | undefined;
}

export const emailCodePage = (page: Page, model: EmailCodeModel): string => {
  const { emailCode: text, tag } = page.messages;
  const { action, csrf, client, email, changeTo, problem, waitSeconds } = model;
  const fields = createFields(
    page.messages,
    problem === undefined ? [] : [{ field: 'code', message: text.problems[problem] }],
  );
  return layout(page, {
    title: text.title,
    invalid: problem !== undefined || waitSeconds !== undefined,
    body: html`
    ${renderClient(client)}
    <p>${text.sentTo(strong(email))}</p>
    ${fields.summary()}
    ${waitSeconds !== undefined && alert(text.throttled(relativeTime(tag, waitSeconds)))}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${fields.text({ name: 'code', label: text.code, hint: text.hint, autocomplete: 'one-time-code', inputmode: 'numeric', code: true, required: true, autofocus: true })}
      ${submit({ label: text.submit, class: 'code-submit' })}
    </form>
    <form method="post" action="${ownPath(action)}">
      ${hidden({ csrf })}
      ${submit({ label: text.resend, class: 'code-resend', name: 'resend', value: 'yes', look: 'secondary' })}
    </form>
    <p class="after"><a href="${ownPath(changeTo)}">${text.change}</a></p>`,
  });
};
