/**
 * Owns the page between a form of this server and the application. Browsers apply the `form-action` of a page to every
 * redirect that follows its form, so also to those of the application. A broker on one host, with applications on
 * others, would leave the person on the sign-in page: no client says where it redirects to. A page ends that chain.
 *
 * The page is sent to browsers only, when a redirect leaves this server and a form came before it. It goes on at once,
 * with and without scripts, and leaves no entry in the history.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { redirectPage } from '../../views/pages/redirect.ts';

/** Fetch Metadata: every browser that applies `form-action` to redirects sends it, and no program does. */
const isNavigation = ({ req: { headers } }: KoaContextWithOIDC): boolean =>
  headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';

/** The URL of another site that the response redirects to. An app's own scheme ends the chain: no redirect follows. */
const otherSiteOf = (ctx: KoaContextWithOIDC): URL | undefined => {
  const location = ctx.status === 303 ? URL.parse(ctx.response.get('location')) : null;
  const isWeb = location?.protocol === 'https:' || location?.protocol === 'http:';
  return location && isWeb && location.origin !== new URL(ctx.oidc.issuer).origin ? location : undefined;
};

const leaveByPage =
  (pages: Pages) =>
  (ctx: KoaContextWithOIDC): void => {
    const location = otherSiteOf(ctx);
    if (!location || !isNavigation(ctx)) return;
    const { client } = ctx.oidc;
    // A client that registered itself chose its name, and could have chosen that of another application.
    const isNamed = client && client['from_registration'] !== true;
    const pageRequest = pageRequestOf(ctx);
    // Without `currentUrl` there are no language links. They would load the page, and so use its redirect, again.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    ctx.remove('location');
    ctx.status = 200;
    ctx.body = redirectPage(page, {
      href: location.href,
      to: isNamed ? displayOf(client).name : location.host,
    });
    ctx.set(pages.headers(pageRequest, { popup: true }));
  };

export const redirectBetweenSites = (pages: Pages): Feature => ({
  name: 'redirect-page',
  provider: { routes: [{ route: ['resume', 'end_session_confirm'], after: leaveByPage(pages) }] },
});
