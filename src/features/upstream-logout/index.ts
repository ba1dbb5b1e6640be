/**
 * Owns signing out in both directions: an upstream says that a person has signed out there, or a sign-out here goes on to
 * the upstream. Which session began where is noted by features/upstream-sign-in.
 *
 * POST /upstream/:id/backchannel-logout   a wrong or repeated token: 400 · its keys can't be fetched: 503 · otherwise
 *                                         the sessions that began there end, and applications are notified: 200
 *
 * POST /oauth/logout/confirm              signed out, and `logout: upstream` -> 303 to the next one, with an encrypted cookie
 * GET  /upstream/:id/sign-out             a page that goes on to the upstream; where it can't: 303 to where the sign-out led
 * GET  /upstream/:id/signed-out           the upstream leads back: 303 to where the sign-out led, with this browser's state
 *                                         only; otherwise to the page "signed out"
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { backchannelLogout } from './back-channel.ts';
import type { UpstreamLogoutDependencies } from './dependencies.ts';
import { passLogoutOn } from './pass-on.ts';
import { signOutPages } from './sign-out-pages.ts';

/** It comes after features/redirect-page in the table of contents, which then sees where the response leads. */
export const upstreamLogout = (
  dependencies: UpstreamLogoutDependencies & { readonly pages: Pages },
): Feature => ({
  name: 'upstream-logout',
  api: backchannelLogout(dependencies),
  pages: signOutPages(dependencies),
  provider: { routes: [passLogoutOn(dependencies)] },
});
