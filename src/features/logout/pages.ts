import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import {
  displayOf,
  formActionOrigins,
  homepageOf,
  loginUrlOf,
} from '../../http/interactions/client-display.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import { accountClientId, accountPath } from '../../services/clients/index.ts';
import { loggedOutPage, logoutPage } from '../../views/pages/logout.ts';
import type { LogoutDependencies } from './dependencies.ts';
import { confirmPath } from './paths.ts';

type Sources = NonNullable<NonNullable<Configuration['features']>['rpInitiatedLogout']>;

const signedInAppNames = async ({ oidc }: KoaContextWithOIDC): Promise<readonly string[]> => {
  const ids = Object.keys(oidc.session?.authorizations ?? {}).filter((id) => id !== accountClientId);
  const clients = await Promise.all(ids.map((id) => oidc.provider.Client.find(id)));
  return clients.flatMap((client) => (client ? [client.clientName ?? client.clientId] : []));
};

export const createLogoutPages = ({
  pages,
  accounts,
}: Pick<LogoutDependencies, 'pages' | 'accounts'>): Sources => ({
  async logoutSource(ctx) {
    const pageRequest = pageRequestOf(ctx);
    const { session } = ctx.oidc;
    const account = session?.accountId === undefined ? undefined : await accounts.find(session.accountId);
    const postLogoutRedirectUri = session?.state?.['postLogoutRedirectUri'];
    ctx.body = logoutPage(pages.page(pageRequest, uiLocalesOf(ctx)), {
      action: confirmPath,
      xsrf: String(session?.state?.['secret']),
      apps: await signedInAppNames(ctx),
      ...(account && { account: { name: account.username, href: accountPath } }),
    });
    const formTargets =
      typeof postLogoutRedirectUri === 'string'
        ? [postLogoutRedirectUri, ...formActionOrigins(ctx.oidc.client)]
        : [];
    ctx.set(pages.headers(pageRequest, { formTargets }));
  },

  async postLogoutSuccessSource(ctx) {
    const session = await ctx.oidc.provider.Session.get(ctx);
    // The engine also calls this when the person chose to stay signed in.
    if (session.accountId !== undefined) {
      ctx.status = 303;
      return ctx.redirect('/');
    }
    const pageRequest = pageRequestOf(ctx);
    const { client, issuer } = ctx.oidc;
    const href = client && (homepageOf(client) ?? loginUrlOf(client, issuer));
    ctx.body = loggedOutPage(pages.page(pageRequest, uiLocalesOf(ctx)), {
      ...(client && href !== undefined && { back: { name: displayOf(client).name, href } }),
    });
    ctx.set(pages.headers(pageRequest));
  },
});
