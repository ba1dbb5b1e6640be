import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import { successPath } from './paths.ts';

/** The engine forgets the application of a sign-out on the way to the last page, which leads back to it. */
export const nameClientToSuccessPage: RouteMiddleware = {
  route: 'end_session_confirm',
  after(ctx) {
    const { client, issuer } = ctx.oidc;
    const target = URL.parse(ctx.response.get('location'), issuer);
    if (!client || ctx.status !== 303 || target?.origin !== new URL(issuer).origin) return;
    if (target.pathname !== successPath) return;
    target.searchParams.set('client_id', client.clientId);
    ctx.redirect(target.href);
  },
};
