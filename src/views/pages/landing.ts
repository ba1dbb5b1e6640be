import { homeLink } from '../home-link.ts';
import { html } from '../html.ts';
import { strong } from '../identities.ts';
import { layout } from '../layout.ts';
import { ownPath } from '../links.ts';
import type { Page } from '../page.ts';

export interface LandingModel {
  readonly issuer: string;
  /** The path of the account pages. */
  readonly account: string;
}

/** The page at `/` in production. */
export const landingPage = (page: Page, { issuer, account }: LandingModel): string => {
  const { landing: text } = page.messages;
  return layout(page, {
    title: page.brand,
    body: html`
    <p class="lead">${text.sentence(strong(issuer))}</p>
    <p>${text.hint}</p>
    <p><a role="button" class="account-link" href="${ownPath(account)}">${page.messages.account.overview.title}</a></p>
    ${homeLink(page)}
    <h2 class="small-heading">${text.developers}</h2>
    <p><a href="/.well-known/openid-configuration">${text.metadata}</a></p>`,
  });
};
