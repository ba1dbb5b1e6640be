import { type Html, html } from './html.ts';
import { ownPath } from './links.ts';
import type { Page } from './page.ts';

/** Leads from a page that ends a way back into the account to the ways to sign in that are left. */
export const checkSignInMethods = ({ messages }: Page, href: string): Html => {
  const { check } = messages.account.signInMethods;
  return html`<p>${check.why}</p>
    <p><a class="check-sign-in-methods" href="${ownPath(href)}">${check.link}</a></p>`;
};
