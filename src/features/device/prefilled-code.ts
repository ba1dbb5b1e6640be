import type { KoaContextWithOIDC } from 'oidc-provider';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';

const prefilledCodes = new WeakMap<object, string>();

/** The code of `verification_uri_complete`, if the person opened that URI. */
export const prefilledCode = (ctx: KoaContextWithOIDC): string | undefined => prefilledCodes.get(ctx.req);

/**
 * The engine would submit the code of `verification_uri_complete` at once. This hides the code from the engine, and the
 * page shows it in the field, so that the person compares it with the device first (RFC 8628 §3.3.1, §5.4).
 */
export const prefillUserCode: RouteMiddleware = {
  route: 'code_verification',
  before(ctx) {
    if (ctx.method !== 'GET') return;
    const { user_code: given, ...others } = ctx.query;
    const [code] = [given].flat();
    if (code === undefined) return;
    prefilledCodes.set(ctx.req, code.slice(0, 40));
    ctx.query = others;
  },
};
