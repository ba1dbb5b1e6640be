import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { ownPath, webUrl } from '../links.ts';
import type { PageContent } from '../page.ts';
import type { ConsoleFrame } from './frame.ts';

/** The frame of each page of the console. */
export const consolePage = (
  frame: ConsoleFrame,
  content: Omit<PageContent, 'menu' | 'showsRequestId' | 'styles' | 'wide'>,
): string =>
  layout(frame.page, {
    ...content,
    body: frame.isInputKept ? html`${keptNotice(frame)}${content.body}` : content.body,
    menu: renderMenu(frame),
    styles: ['console.css'],
    wide: true,
  });

const keptNotice = ({ text }: ConsoleFrame): Html =>
  html`<p class="notice console-kept" role="status">${text.keptInput}</p>`;

const renderMenu = ({ text, account, role, menu, accountPages, signOut }: ConsoleFrame): Html =>
  html`<nav class="account-menu console-menu" aria-label="${text.menu.label}">
    <ul>${menu.map(
      ({ href, label, isCurrent }) =>
        html`<li><a href="${ownPath(href)}"${isCurrent && html` aria-current="page"`}>${label}</a></li>`,
    )}</ul>
    <div class="console-person">
      <p class="account-menu-name">${account.name} <span class="badge">${text.roles[role]}</span></p>
      <ul>
        <li><a href="${addressOf(accountPages)}">${text.menu.account}</a></li>
        <li><a href="${addressOf(signOut)}">${text.menu.signOut}</a></li>
      </ul>
    </div>
  </nav>`;

const addressOf = (href: string): string => webUrl(href) ?? ownPath(href);
