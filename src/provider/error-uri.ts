import type { KoaContextWithOIDC } from 'oidc-provider';
import { explanationOf } from '../error-codes.ts';

/** With where the error is explained (RFC 6749 §5.2): its cause and its fix. */
export const withErrorUri = <Out extends object>(issuer: string, out: Out): Out =>
  'error' in out && typeof out.error === 'string' && explanationOf(out.error)
    ? { ...out, error_uri: `${issuer}/errors/${out.error}` }
    : out;

/** For every error that the engine answers with in JSON, whoever made it. */
export const addErrorUri =
  (issuer: string) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const { body } = ctx;
    if (ctx.status < 400 || typeof body !== 'object' || body === null) return;
    ctx.set('Cache-Control', 'no-store');
    if (Object.getPrototypeOf(body) === Object.prototype) ctx.body = withErrorUri(issuer, body);
  };
