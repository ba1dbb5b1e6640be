import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';
import { routes } from '../paths.ts';

/** Paths, and who may call them from a browser. */
export const endpoints = (_config: Config) =>
  ({
    routes,
    enableHttpPostMethods: true,
    acceptQueryParamAccessTokens: false,
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: (ctx, origin, client) => {
      if (origin === 'null') return false;
      const browserClient = client.clientAuthMethod === 'none' || ctx.oidc.route === 'userinfo';
      return browserClient && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin);
    },
  }) satisfies Configuration;
