import type { EngineClient } from '../../provider/engine-types.ts';
import { webHostOf } from '../../redirect-target.ts';
import type { ClientDisplay } from '../../views/page.ts';

/** The home page, if the operator vouches for it: a client that registered itself could name any page. */
export const homepageOf = (client: EngineClient): string | undefined =>
  client['from_registration'] === true ? undefined : client.clientUri;

/** Where the application begins a sign-in (OpenID Connect Core §4), under the same condition. */
export const loginUrlOf = (client: EngineClient, issuer: string): string | undefined => {
  const url = client['from_registration'] === true ? null : URL.parse(client.initiateLoginUri ?? '');
  url?.searchParams.set('iss', issuer);
  return url?.href;
};

const originOrScheme = (uri: string): string => {
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
};

/** An application may have a host for each customer, and proxies often limit headers to four kilobytes. */
const maxOrigins = 32;

/**
 * One URI for each origin of an application. Browsers apply `form-action` to every redirect that follows a form, so also
 * to those of the application, which usually lead from its redirect URI to its home page.
 */
export const formActionOrigins = (client: EngineClient | undefined): readonly string[] => {
  const { clientUri, redirectUris = [], postLogoutRedirectUris = [] } = client ?? {};
  const uris = [...(clientUri === undefined ? [] : [clientUri]), ...redirectUris, ...postLogoutRedirectUris];
  const byOrigin = new Map(uris.map((uri) => [originOrScheme(uri), uri]));
  return [...byOrigin.values()].slice(0, maxOrigins);
};

/** An application as people see it. The host is one that the application controls. */
export const displayOf = (client: EngineClient): ClientDisplay => {
  const host = webHostOf(homepageOf(client) ?? client.redirectUris?.[0] ?? '');
  return {
    name: client.clientName ?? client.clientId,
    ...(host !== undefined && { host }),
    ...(client.logoUri !== undefined && { logo: client.logoUri }),
    ...(client['from_registration'] === true && { unverified: true }),
  };
};
