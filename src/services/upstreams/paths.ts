export const upstreamPath = (upstream: string): string => `/upstream/${upstream}`;

/** The redirect URI at every upstream, below the issuer. */
export const callbackPath = (upstream: string): string => `${upstreamPath(upstream)}/callback`;

/** Where the upstream sends its logout tokens: `backchannel_logout_uri` at the upstream. */
export const backchannelLogoutPath = (upstream: string): string =>
  `${upstreamPath(upstream)}/backchannel-logout`;

/** Leads on to the upstream after a sign-out here. */
export const signOutPath = (upstream: string): string => `${upstreamPath(upstream)}/sign-out`;

/** Where the upstream leads back: `post_logout_redirect_uris` at the upstream. */
export const signedOutPath = (upstream: string): string => `${upstreamPath(upstream)}/signed-out`;
