import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { routes } from '../../provider/paths.ts';

const prefilledCodes = new WeakMap<object, string>();

/** The code of `verification_uri_complete` that was followed, if it was. */
export const prefilledCode = (ctx: KoaContextWithOIDC): string | undefined => prefilledCodes.get(ctx.req);

const takeCodeFromQuery = (ctx: Pick<KoaContextWithOIDC, 'query' | 'req'>): void => {
  const { user_code: given, ...others } = ctx.query;
  const [code] = [given].flat();
  if (code === undefined) return;
  prefilledCodes.set(ctx.req, code.slice(0, 40));
  ctx.query = others;
};

/**
 * The engine would submit a code of `verification_uri_complete` by itself. It is taken out of its sight, to be shown
 * in the field for the person to compare and send (RFC 8628 §3.3.1, §5.4).
 */
export const prefillUserCode = (provider: Provider): void => {
  provider.use((ctx, next) => {
    if (ctx.method === 'GET' && ctx.path === routes.code_verification) takeCodeFromQuery(ctx);
    return next();
  });
};
