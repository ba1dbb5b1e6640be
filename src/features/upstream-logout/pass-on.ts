import { randomBytes } from 'node:crypto';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { routes } from '../../provider/paths.ts';
import { getUnitOfWork } from '../../provider/request-context.ts';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import {
  readUpstreamSession,
  removeUpstreamSession,
  signOutPath,
  upstreamSessionKey,
} from '../../services/upstreams/index.ts';
import type { UpstreamLogoutDependencies } from './dependencies.ts';
import { signedOutPage } from './paths.ts';

/**
 * Where the sign-out leads, once it is done. Undefined where the person stays signed in, and where another person is about
 * to sign in here: they may have just signed in at the same upstream.
 */
const leadsTo = (ctx: KoaContextWithOIDC): URL | undefined => {
  const { issuer, params, client } = ctx.oidc;
  const location = ctx.status === 303 ? URL.parse(ctx.response.get('location'), issuer) : null;
  if (!location || !params?.['logout']) return undefined;
  if (location.origin !== new URL(issuer).origin) return location;
  const { pathname } = location;
  if ([routes.authorization, routes.code_verification].some((path) => pathname.startsWith(`${path}/`)))
    return undefined;
  // The page leads back to the application.
  if (pathname === signedOutPage && client) location.searchParams.set('client_id', client.clientId);
  return location;
};

/** Leads on to the upstream in which the session that has ended began. */
export const passLogoutOn = ({
  clock,
  upstreams,
  signOutCookies,
}: Pick<UpstreamLogoutDependencies, 'clock' | 'upstreams' | 'signOutCookies'>): RouteMiddleware => ({
  route: 'end_session_confirm',
  async after(ctx) {
    // Otherwise each sign-out would read how its session began.
    if (!upstreams.all.some(({ passesLogoutOn }) => passesLogoutOn)) return;
    const returnTo = leadsTo(ctx);
    const { session } = ctx.oidc;
    if (!returnTo || session?.uid === undefined) return;
    const work = getUnitOfWork(ctx);
    const began = readUpstreamSession(await work.read(upstreamSessionKey(session.uid)));
    const upstream = upstreams.find(began?.upstream);
    if (!began || !upstream?.passesLogoutOn) return;
    work.stage(removeUpstreamSession(session.uid));
    const cookie = signOutCookies.begin({
      upstream: upstream.id,
      state: randomBytes(32).toString('base64url'),
      subject: began.subject,
      returnTo: returnTo.href,
      at: clock.now(),
    });
    ctx.append('set-cookie', cookie);
    ctx.redirect(signOutPath(upstream.id));
  },
});
