import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { routes } from '../paths.ts';

/** Paths, and who may call them from a browser. */
export const endpoints = (_config: Config) =>
  ({
    routes,
    // The engine would want SameSite=None for it; the door turns such a POST into a GET instead.
    enableHttpPostMethods: false,
    acceptQueryParamAccessTokens: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (ctx, origin, client) => {
      if (origin === 'null') return false;
      const browserClient = client.clientAuthMethod === 'none' || ctx.oidc.route === 'userinfo';
      return browserClient && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);
    },
  }) satisfies Configuration;
