import { displayOf, formActionOrigins } from '../../http/interactions/client-display.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { submittingFormTitle } from '../../provider/engine-texts.ts';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import { redirectTargetOf } from '../../redirect-target.ts';
import { formPostPage } from '../../views/pages/form-post.ts';
import { confirmPath } from './paths.ts';

/**
 * The engine asks no question when there is no session to end, and when another account signs in. It sends a page with
 * a form that an inline script submits. The page policy forbids inline scripts, so another page replaces it; a button
 * submits the form where scripts are off, and where the form leads to a client that registered itself: otherwise anyone
 * could make a link to this server that ends at any site (RFC 9700 §4.11.2).
 */
export const replaceEngineForms = (pages: Pages): RouteMiddleware => ({
  route: ['end_session', 'resume', 'device_resume'],
  async after(ctx) {
    const isEngineForm = typeof ctx.body === 'string' && ctx.body.includes(submittingFormTitle);
    if (!isEngineForm) return;
    const { provider, session, entities } = ctx.oidc;
    const state = session?.state;
    const request = entities.Interaction?.params;
    const postLogoutRedirectUri = state?.['postLogoutRedirectUri'];
    const clientId = request?.['client_id'] ?? state?.['clientId'];
    const client = typeof clientId === 'string' ? await provider.Client.find(clientId) : undefined;
    const pageRequest = pageRequestOf(ctx);
    const host =
      typeof postLogoutRedirectUri === 'string' ? redirectTargetOf(postLogoutRedirectUri) : undefined;
    // Without `currentUrl` there are no language links. They would load the page, and so submit the form, again.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    const isUnverified = ctx.oidc.route === 'end_session' && client?.['from_registration'] === true;
    ctx.body = formPostPage(page, {
      action: confirmPath,
      fields: { xsrf: String(state?.['secret']), logout: 'yes' },
      ...(isUnverified && host !== undefined && { unverifiedHost: host }),
      to: client && request ? displayOf(client).name : (host ?? page.brand),
    });
    // Browsers apply `form-action` to the redirects after the form too.
    const formTargets = [
      postLogoutRedirectUri,
      request?.['redirect_uri'],
      ...formActionOrigins(client),
    ].filter((uri) => typeof uri === 'string');
    ctx.set(pages.headers(pageRequest, { formTargets, popup: true }));
  },
});
