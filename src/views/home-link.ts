import { type Html, html } from './html.ts';
import { webUrl } from './links.ts';
import type { Page } from './page.ts';

/** A way on from a page that ends a flow. Absent when the operator named no page to start from. */
export const homeLink = (page: Page): Html | undefined => {
  const href = webUrl(page.home);
  if (href === undefined) return undefined;
  return html`<p><a role="button" class="secondary home-link" href="${href}">${page.messages.home(page.brand)}</a></p>`;
};
