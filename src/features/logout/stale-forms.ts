import { wantsHtml } from '../../http/pages/wants-html.ts';
import { routes } from '../../provider/paths.ts';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import { successPath } from './paths.ts';

/**
 * The engine refuses a form that was submitted twice, or of which the browser has loaded a newer one. If the person is
 * signed out by now, the page says so; otherwise it asks again.
 */
export const answerStaleForms: RouteMiddleware = {
  route: 'end_session_confirm',
  after(ctx) {
    const { session } = ctx.oidc;
    if (ctx.status !== 400 || !session || !wantsHtml(ctx.get('accept'))) return;
    ctx.status = 303;
    ctx.redirect(session.accountId === undefined ? successPath : routes.end_session);
  },
};
