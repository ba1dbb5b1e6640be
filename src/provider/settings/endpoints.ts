import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { routes } from '../paths.ts';

/** The paths of the endpoints, and the origins that may call them from a browser. */
export const endpoints = (_config: Config) =>
  ({
    routes,
    // POST at the authorization endpoint would need cookies with SameSite=None. `http/engine` redirects it to GET.
    enableHttpPostMethods: false,
    acceptQueryParamAccessTokens: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (ctx, origin, client) => {
      if (origin === 'null') return false;
      const browserClient = client.clientAuthMethod === 'none' || ctx.oidc.route === 'userinfo';
      return browserClient && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);
    },
  }) satisfies Configuration;
