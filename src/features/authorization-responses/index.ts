/**
 * How an answer of the authorization endpoint travels: as a page that posts itself (Form Post Response Mode), as a
 * signed JWT (JARM), and with `error_uri` wherever it is an error. Not what the answer holds.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/render-error.ts';
import { withErrorUri } from '../../provider/error-uri.ts';
import { internalsOf, type ResponseMode } from '../../provider/internals.ts';
import { formPostPage } from '../../views/pages/form-post.ts';

export const authorizationResponses = (pages: Pages): Feature => ({
  name: 'authorization-responses',
  provider: {
    settings: { features: { jwtResponseModes: { enabled: true } } },
    attach(provider) {
      const { responseModes } = internalsOf(provider);
      const post = respondByFormPost(pages);
      responseModes.set('form_post', post);
      responseModes.set('form_post.jwt', async (ctx, redirectUri, payload) => {
        if ('error' in payload) ctx.status = 400;
        await post(ctx, redirectUri, { response: await signResponse(provider, ctx, payload) });
      });
      for (const [name, answer] of responseModes) {
        responseModes.set(name, (ctx, redirectUri, payload) =>
          answer(ctx, redirectUri, withErrorUri(provider.issuer, payload)),
        );
      }
    },
  },
});

const respondByFormPost =
  (pages: Pages): ResponseMode =>
  (ctx, redirectUri, payload) => {
    const pageRequest = pageRequestOf(ctx);
    const host = URL.parse(redirectUri)?.host;
    ctx.status = 'error' in payload || ctx.status === 400 ? 400 : 200;
    // Without language links: to load it again is to answer twice.
    const { currentUrl: _, ...page } = pages.page(pageRequest, uiLocalesOf(ctx));
    ctx.body = formPostPage(page, {
      action: redirectUri,
      fields: Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)])),
      to: ctx.oidc.client?.clientName || host || redirectUri,
    });
    ctx.set({ ...pages.headers(pageRequest, { formTargets: [redirectUri], popup: true }) });
  };

interface ResponseToken {
  extra: object;
  issue(how: { readonly use: 'authorization' }): Promise<string>;
}

/** JARM §2.1, by the engine's own hand; its types know the id token alone. */
const signResponse = (provider: Provider, ctx: KoaContextWithOIDC, payload: object): Promise<string> => {
  const token = new provider.IdToken({}, { ctx } as never) as unknown as ResponseToken;
  token.extra = payload;
  return token.issue({ use: 'authorization' });
};
