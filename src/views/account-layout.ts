import { type Html, html } from './html.ts';
import { layout } from './layout.ts';
import { ownPath } from './links.ts';
import type { AccountDisplay, Page, PageContent } from './page.ts';

interface MenuItem {
  readonly href: string;
  readonly label: string;
  /** What the page is for. */
  readonly purpose?: string | undefined;
  readonly isCurrent: boolean;
}

/** What the account pages of one person share. */
export interface AccountFrame {
  readonly page: Page;
  readonly account: AccountDisplay;
  /** The person's time zone, if it is known. */
  readonly zone?: string;
  readonly menu: readonly MenuItem[];
  /** The path that asks whether to sign out. */
  readonly signOut: string;
}

/** The frame of each account page: the menu is at the side of the page, or above it on a narrow screen. */
export const accountPage = (
  frame: AccountFrame,
  content: Omit<PageContent, 'menu' | 'showsRequestId' | 'wide'>,
): string => layout(frame.page, { ...content, menu: renderMenu(frame) });

const renderMenu = ({ page: { messages }, account, menu, signOut }: AccountFrame): Html => {
  const text = messages.account.menu;
  return html`<nav class="account-menu" aria-label="${text.label}">
    <p class="account-menu-name">${account.name}</p>
    <ul>${menu.map(
      ({ href, label, isCurrent }) =>
        html`<li><a href="${ownPath(href)}"${isCurrent && html` aria-current="page"`}>${label}</a></li>`,
    )}
      <li><a href="${ownPath(signOut)}">${text.signOut}</a></li>
    </ul>
  </nav>`;
};
