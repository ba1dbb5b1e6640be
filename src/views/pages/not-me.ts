import { checkSignInMethods } from '../check-sign-in-methods.ts';
import { submit } from '../fields.ts';
import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export interface NotMeModel {
  /** The form posts to this path. */
  readonly action: string;
  readonly account: string;
  /** The former address, which the account gets back. */
  readonly restoredEmail?: string | undefined;
}

export const notMePage = (page: Page, { action, account, restoredEmail }: NotMeModel): string => {
  const { notMe: text } = page.messages;
  return layout(page, {
    title: text.title,
    body: html`
    <p>${text.account(strong(account))}</p>
    <p>${text.consequence}</p>
    ${restoredEmail !== undefined && html`<p>${text.restores(strong(restoredEmail))}</p>`}
    <form method="post" action="${ownPath(action)}">
      ${submit({ label: text.submit, class: 'not-me-submit', look: 'danger' })}
    </form>`,
  });
};

export const notMeDonePage = (page: Page, { check }: { readonly check: string }): string => {
  const { notMe: text } = page.messages;
  return layout(page, {
    title: text.doneTitle,
    body: html`
    <p>${text.done}</p>
    ${checkSignInMethods(page, check)}
    <p>${text.codes}</p>
    <p>${text.apps}</p>
    ${homeLink(page)}`,
  });
};
