/**
 * How an answer of the authorization endpoint travels: as a page that posts itself (Form Post Response Mode), as a
 * signed JWT (JARM), and with `error_uri` wherever it is an error. Not what the answer holds.
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/render-error.ts';
import type { ResponseMode } from '../../provider/internals.ts';
import { formPostPage } from '../../views/pages/form-post.ts';

export const authorizationResponses = (pages: Pages): Feature => ({
  name: 'authorization-responses',
  provider: {
    settings: { features: { jwtResponseModes: { enabled: true } } },
    overrides: { responseModes: { formPost: respondByFormPost(pages) } },
  },
});

const respondByFormPost =
  (pages: Pages): ResponseMode =>
  (ctx, redirectUri, payload) => {
    const pageRequest = pageRequestOf(ctx);
    const host = URL.parse(redirectUri)?.host;
    ctx.status = 'error' in payload || ctx.status === 400 ? 400 : 200;
    // Without language links: to load it again is to answer twice.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    ctx.body = formPostPage(page, {
      action: redirectUri,
      fields: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)])),
      to: ctx.oidc.client?.clientName || host || redirectUri,
    });
    ctx.set({ ...pages.headers(pageRequest, { formTargets: [redirectUri], popup: true }) });
  };
