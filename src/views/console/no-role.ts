import { html } from '../html.ts';
import { strong } from '../identities.ts';
import type { ConsoleMessages } from '../languages/console/messages.ts';
import { layout } from '../layout.ts';
import { ownPath, webUrl } from '../links.ts';
import type { Page } from '../page.ts';

interface NoRoleModel {
  readonly text: ConsoleMessages;
  readonly username: string;
  readonly signOut: string;
}

/** For people who are signed in and administer nothing. It doesn't say which groups would. */
export const noRolePage = (page: Page, { text: { noRole: text }, username, signOut }: NoRoleModel): string =>
  layout(page, {
    title: text.title,
    body: html`
    <p>${text.why(strong(username))}</p>
    <p>${text.what}</p>
    <p><a role="button" class="secondary console-sign-out" href="${webUrl(signOut) ?? ownPath(signOut)}">${text.signOut}</a></p>`,
  });
