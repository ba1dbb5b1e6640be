import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { withErrorUri } from '../errors/error-uri.ts';
import { internalsOf } from '../internals.ts';
import { redirectByQuery } from '../query-redirect.ts';
import type { ErrorResponse } from './options.ts';
import type { Override } from './override.ts';

/** Members that the types of the engine leave out; those know the ID token alone. */
interface ResponseToken {
  extra: object;
  issue(how: { readonly use: 'authorization' }): Promise<string>;
}

/** JARM §2.1. */
const signResponse = (provider: Provider, ctx: KoaContextWithOIDC, payload: object): Promise<string> => {
  const token = new provider.IdToken({}, { ctx } as never) as unknown as ResponseToken;
  token.extra = payload;
  return token.issue({ use: 'authorization' });
};

const isError = (payload: object): payload is ErrorResponse =>
  'error' in payload && typeof payload.error === 'string';

const toFields = (payload: object): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(payload).map(([name, value]) => [name, String(value)]));

export const responseModes: Override = {
  name: 'response-modes',
  symbols: ['internals.responseModes', 'IdToken.prototype.issue'],
  reason:
    'registerResponseMode adds a mode but does not replace one. The page of form_post has an inline script, ' +
    'no mode adds error_uri (RFC 6749 §4.1.2.1), and errors redirect to clients that registered themselves ' +
    'too (RFC 9700 §4.11.2). The redirect of the mode query parses its URL again for each ' +
    'parameter, and twice more in Koa: 8 % of the processor time of an authorization request.',
  test: 'test/protocol/authorization-responses.test.ts',
  apply(provider, { options }) {
    if (!options.responseModes) return;
    const { formPost, holdBack } = options.responseModes;
    const { responseModes } = internalsOf(provider);
    responseModes.set('query', redirectByQuery);
    responseModes.set('form_post', formPost);
    responseModes.set('form_post.jwt', async (ctx, redirectUri, payload) => {
      if ('error' in payload) ctx.status = 400;
      await formPost(ctx, redirectUri, { response: await signResponse(provider, ctx, payload) });
    });
    for (const [name, respond] of responseModes) {
      responseModes.set(name, async (ctx, redirectUri, payload) => {
        const complete = withErrorUri(provider.issuer, payload);
        if (!isError(complete) || !(await holdBack.applies(ctx))) return respond(ctx, redirectUri, complete);
        const status = ctx.status >= 400 ? ctx.status : 400;
        if (name === 'form_post') {
          return holdBack.show(ctx, complete, { href: redirectUri, fields: toFields(complete), status });
        }
        if (name === 'form_post.jwt') {
          const fields = { response: await signResponse(provider, ctx, complete) };
          return holdBack.show(ctx, complete, { href: redirectUri, fields, status });
        }
        // The engine's redirect has the parameters, in the query or in the fragment. It becomes the link of the page.
        await respond(ctx, redirectUri, complete);
        const href = ctx.response.get('location');
        ctx.remove('location');
        return holdBack.show(ctx, complete, { href, status });
      });
    }
  },
};
