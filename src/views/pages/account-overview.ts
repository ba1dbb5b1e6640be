import { type AccountFrame, accountPage } from '../account-layout.ts';
import { html } from '../html.ts';
import { renderAccount } from '../identities.ts';

export const accountOverviewPage = (frame: AccountFrame): string =>
  accountPage(frame, {
    title: frame.page.messages.account.overview.title,
    body: html`
    <div class="face">${renderAccount(frame.account)}</div>`,
  });
