import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { routes } from '../../provider/paths.ts';

const prefilled = new WeakMap<object, string>();

/** The code of `verification_uri_complete` that was followed, if it was. */
export const prefilledCode = (ctx: KoaContextWithOIDC): string | undefined => prefilled.get(ctx.req);

/**
 * The engine would submit a code of `verification_uri_complete` by itself. It is taken out of its sight, to be shown
 * in the field for the person to compare and send (RFC 8628 §3.3.1, §5.4).
 */
export const prefillUserCode = (provider: Provider): void => {
  provider.use(async (ctx, next) => {
    const [code] = [ctx.query['user_code']].flat();
    if (ctx.method === 'GET' && ctx.path === routes.code_verification && typeof code === 'string') {
      prefilled.set(ctx.req, code.slice(0, 40));
      const { user_code: _, ...others } = ctx.query;
      ctx.query = others;
    }
    await next();
  });
};
