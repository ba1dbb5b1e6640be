import { type AccountFrame, accountPage } from '../account-layout.ts';
import { html } from '../html.ts';
import { renderAccount } from '../identities.ts';
import { ownPath } from '../links.ts';
import { longDate } from '../time.ts';

export interface AccountOverviewModel {
  /** In milliseconds since the epoch. */
  readonly createdAt?: number;
  readonly passwordChangedAt?: number;
}

export const accountOverviewPage = (
  frame: AccountFrame,
  { createdAt, passwordChangedAt }: AccountOverviewModel,
): string => {
  const { tag, account } = frame.page.messages;
  const { overview: text } = account;
  const dates = [
    [text.created, createdAt],
    [text.passwordChanged, passwordChangedAt],
  ] as const;
  return accountPage(frame, {
    title: text.title,
    body: html`
    <div class="face">${renderAccount(frame.account)}</div>
    <dl class="facts-list">${dates.map(
      ([name, at]) =>
        at !== undefined && html`<div><dt>${name}</dt><dd>${longDate(tag, new Date(at))}</dd></div>`,
    )}</dl>
    <ul class="overview-links">${frame.menu
      .filter(({ isCurrent }) => !isCurrent)
      .map(({ href, label }) => html`<li><a href="${ownPath(href)}">${label}</a></li>`)}</ul>`,
  });
};
