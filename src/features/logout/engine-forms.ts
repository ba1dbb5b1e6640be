import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { displayOf, formActionOrigins } from '../../http/interactions/client-display.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/render-error.ts';
import { routes } from '../../provider/paths.ts';
import { formPostPage } from '../../views/pages/form-post.ts';

const routesWithForms = new Set(['end_session', 'resume', 'device_resume']);

/**
 * Where nobody is signed in, and where another person takes over, the engine ends the session by a form that sends
 * itself, on a page with a script of its own. Shown as a page of ours instead, with a button for those without scripts.
 */
export const replaceEngineForms = (provider: Provider, pages: Pages): void => {
  provider.use(async (koa, next) => {
    await next();
    // On a route of the engine, as every page of it is.
    const ctx = koa as KoaContextWithOIDC;
    const isEngineForm =
      typeof ctx.body === 'string' && ctx.body.includes('<title>Submitting Callback</title>');
    if (!isEngineForm || !routesWithForms.has(ctx.oidc?.route)) return;
    const state = ctx.oidc.session?.state;
    const postLogoutRedirectUri = state?.['postLogoutRedirectUri'];
    // Where the redirects that follow may end: the policy holds for them as well.
    const request = ctx.oidc.entities.Interaction?.params;
    const redirectUri = request?.['redirect_uri'];
    const clientId = request?.['client_id'] ?? state?.['clientId'];
    const client = typeof clientId === 'string' ? await provider.Client.find(clientId) : undefined;
    const pageRequest = pageRequestOf(ctx);
    const { host } = new URL(
      typeof postLogoutRedirectUri === 'string' ? postLogoutRedirectUri : provider.issuer,
    );
    // Without language links: to load it again is to answer twice.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    ctx.body = formPostPage(page, {
      action: `${routes.end_session}/confirm`,
      fields: { xsrf: String(state?.['secret']), logout: 'yes' },
      to: client && request ? displayOf(client).name : host,
    });
    const formTargets = [postLogoutRedirectUri, redirectUri, ...formActionOrigins(client)].filter(
      (uri) => typeof uri === 'string',
    );
    ctx.set(pages.headers(pageRequest, { formTargets, popup: true }));
  });
};
