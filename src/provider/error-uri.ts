import type { KoaContextWithOIDC } from 'oidc-provider';

/** Where an error is explained (RFC 6749 §5.2): cause and fix for every code. */
export const errorUri = (issuer: string, code: string): string =>
  `${issuer}/errors/${encodeURIComponent(code)}`;

export const withErrorUri = <Out extends object>(issuer: string, out: Out): Out =>
  'error' in out && typeof out.error === 'string' && !('error_uri' in out)
    ? { ...out, error_uri: errorUri(issuer, out.error) }
    : out;

/** For every error that the engine answers with in JSON, whoever made it. */
export const explainErrors =
  (issuer: string) =>
  async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
    await next();
    const { body } = ctx;
    if (ctx.status < 400 || typeof body !== 'object' || body === null) return;
    if (Object.getPrototypeOf(body) === Object.prototype) ctx.body = withErrorUri(issuer, body);
  };
