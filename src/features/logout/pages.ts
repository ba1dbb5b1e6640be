import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { addressesOf, homeOf } from '../../http/interactions/faces.ts';
import { readerOfEngine, wishesOfEngine } from '../../http/pages/render-error.ts';
import { routes } from '../../provider/paths.ts';
import { loggedOutPage, logoutPage } from '../../views/pages/logout.ts';
import type { LogoutParts } from './index.ts';

type Sources = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>;

export const createLogoutPages = ({ config, pages, accounts }: LogoutParts): Sources => {
  const appsOf = async ({ oidc }: KoaContextWithOIDC): Promise<readonly string[]> => {
    const known = await Promise.all(
      Object.keys(oidc.session?.authorizations ?? {}).map((id) => oidc.provider.Client.find(id)),
    );
    return known.flatMap((client) => (client ? [client.clientName ?? client.clientId] : []));
  };

  return {
    async logoutSource(ctx) {
      const reader = readerOfEngine(ctx);
      const { session } = ctx.oidc;
      const account = session?.accountId === undefined ? undefined : await accounts.find(session.accountId);
      const after = session?.state?.['postLogoutRedirectUri'];
      ctx.body = logoutPage(pages.page(reader, wishesOfEngine(ctx)), {
        action: `${routes.end_session}/confirm`,
        xsrf: String(session?.state?.['secret']),
        issuer: new URL(config.issuer).host,
        apps: await appsOf(ctx),
        ...(account && { account: account.username }),
      });
      const formTargets = typeof after === 'string' ? [after, ...addressesOf(ctx.oidc.client)] : [];
      ctx.set(pages.headers(reader, { formTargets }));
    },

    async postLogoutSuccessSource(ctx) {
      const session = await ctx.oidc.provider.Session.get(ctx);
      // Whoever chose to stay is not told that they are signed out.
      if (session.accountId !== undefined) {
        ctx.status = 303;
        return ctx.redirect('/');
      }
      const reader = readerOfEngine(ctx);
      const { client } = ctx.oidc;
      const home = client && homeOf(client);
      ctx.body = loggedOutPage(pages.page(reader, wishesOfEngine(ctx)), {
        ...(client && home && { back: { name: client.clientName ?? client.clientId, href: home } }),
      });
      ctx.set(pages.headers(reader));
    },
  };
};
