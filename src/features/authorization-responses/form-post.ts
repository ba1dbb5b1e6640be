import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { ResponseMode } from '../../provider/internals.ts';
import { redirectTargetOf } from '../../redirect-target.ts';
import { formPostPage } from '../../views/pages/form-post.ts';

export const respondByFormPost =
  (pages: Pages): ResponseMode =>
  (ctx, redirectUri, payload) => {
    const pageRequest = pageRequestOf(ctx);
    ctx.status = 'error' in payload || ctx.status === 400 ? 400 : 200;
    // Without `currentUrl` there are no language links. They would load the page, and so send the response, again.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    ctx.body = formPostPage(page, {
      action: redirectUri,
      fields: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)])),
      to: ctx.oidc.client?.clientName || redirectTargetOf(redirectUri) || redirectUri,
    });
    // Browsers apply `form-action` to the redirects of the application as well.
    const anyFormTarget = ctx.oidc.client?.['from_registration'] !== true;
    ctx.set({ ...pages.headers(pageRequest, { formTargets: [redirectUri], anyFormTarget, popup: true }) });
  };
