import { alert, hidden, submit } from '../fields.ts';
import { html } from '../html.ts';
import { renderClient, strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { AccountDisplay, ClientDisplay, Page } from '../page.ts';
import { passkeyForm } from '../passkey-form.ts';
import { relativeTime } from '../time.ts';

export interface PasskeyOfferModel {
  /** Both forms post to this path: `credential` creates a passkey, and without it the offer is declined. */
  readonly action: string;
  readonly csrf: string;
  readonly client: ClientDisplay;
  readonly account: AccountDisplay;
  /** For `navigator.credentials.create()`. */
  readonly options: object;
  readonly isRefused: boolean;
  readonly waitSeconds?: number | undefined;
}

export const passkeyOfferPage = (page: Page, model: PasskeyOfferModel): string => {
  const { action, csrf, client, account, options, isRefused, waitSeconds } = model;
  const { login, passkeys } = page.messages;
  const { offer: text } = passkeys;
  return layout(page, {
    title: text.title,
    invalid: isRefused || waitSeconds !== undefined,
    scripts: ['passkeys.js'],
    body: html`
    ${renderClient(client, login.toContinue(strong(client.name)))}
    ${isRefused && alert(text.refused)}
    ${waitSeconds !== undefined && alert(login.throttled(relativeTime(page.messages.tag, waitSeconds)))}
    <p>${text.why}</p>
    <p class="hint">${text.how}</p>
    <div class="stack">
      ${passkeyForm(page.messages, { action, csrf, options, ceremony: 'create', label: text.create })}
      <form method="post" action="${ownPath(action)}">
        ${hidden({ csrf })}
        ${submit({ label: text.later, class: 'passkey-later', look: 'secondary' })}
      </form>
    </div>
    <p class="hint">${text.as(strong(account.name))}</p>`,
  });
};
