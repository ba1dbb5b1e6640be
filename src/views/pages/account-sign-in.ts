import { html } from '../html.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

/** A sign-in to the account pages that was given up, was started in another browser, or was completed before. */
export const signInFailedPage = (page: Page, { again }: { readonly again: string }): string => {
  const text = page.messages.account.signInFailed;
  // Without language links: they would load the address with the code again.
  const { currentUrl: _, ...rest } = page;
  return layout(rest, {
    title: text.title,
    body: html`
    <p>${text.why}</p>
    <p><a role="button" class="account-again" href="${ownPath(again)}">${text.again}</a></p>`,
  });
};
