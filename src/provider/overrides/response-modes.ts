import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { withErrorUri } from '../error-uri.ts';
import { internalsOf } from '../internals.ts';
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

export const responseModes: Override = {
  name: 'response-modes',
  symbols: ['internals.responseModes', 'IdToken.prototype.issue'],
  reason:
    'registerResponseMode adds a mode but does not replace one. The page of form_post has an inline script, and no mode adds error_uri (RFC 6749 §4.1.2.1).',
  test: 'test/protocol/authorization-responses.test.ts',
  apply(provider, { options }) {
    if (!options.responseModes) return;
    const { formPost } = options.responseModes;
    const { responseModes } = internalsOf(provider);
    responseModes.set('form_post', formPost);
    responseModes.set('form_post.jwt', async (ctx, redirectUri, payload) => {
      if ('error' in payload) ctx.status = 400;
      await formPost(ctx, redirectUri, { response: await signResponse(provider, ctx, payload) });
    });
    for (const [name, respond] of responseModes) {
      responseModes.set(name, (ctx, redirectUri, payload) =>
        respond(ctx, redirectUri, withErrorUri(provider.issuer, payload)),
      );
    }
  },
};
