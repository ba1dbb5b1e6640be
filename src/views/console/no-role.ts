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
  /** Makes an administrator of a server in development. */
  readonly command?: string;
}

/** For people who are signed in and administer nothing. It doesn't say which groups would. */
export const noRolePage = (
  page: Page,
  { text: { noRole: text }, username, signOut, command }: NoRoleModel,
): string =>
  layout(page, {
    title: text.title,
    styles: ['console.css'],
    body: html`
    <p>${text.why(strong(username))}</p>
    <p>${text.what}</p>
    ${command !== undefined && html`<p>${text.command}</p><pre class="console-command"><code>${command}</code></pre>`}
    <p><a role="button" class="secondary console-sign-out" href="${webUrl(signOut) ?? ownPath(signOut)}">${text.signOut}</a></p>`,
  });
