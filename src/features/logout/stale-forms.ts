import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { wantsHtml } from '../../http/pages/wants-html.ts';
import { routes } from '../../provider/paths.ts';

const confirmPath = `${routes.end_session}/confirm`;

/**
 * The form of a page that is no longer the newest, or that was pressed twice: whoever is signed out by now hears that
 * it is done, everybody else is asked anew.
 */
export const answerStaleForms = (provider: Provider): void => {
  provider.use(async (koa, next) => {
    await next();
    // On a route of the engine, as its forms are.
    const ctx = koa as KoaContextWithOIDC;
    if (ctx.method !== 'POST' || ctx.path !== confirmPath || ctx.status !== 400) return;
    if (!ctx.oidc?.session || !wantsHtml(ctx.get('accept'))) return;
    const isSignedIn = ctx.oidc.session.accountId !== undefined;
    ctx.status = 303;
    ctx.redirect(isSignedIn ? routes.end_session : `${routes.end_session}/success`);
  });
};
