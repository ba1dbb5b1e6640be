/** The redirect URI at every upstream, below the issuer. */
export const callbackPath = (upstream: string): string => `/upstream/${upstream}/callback`;
