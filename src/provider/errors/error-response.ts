import type { KoaContextWithOIDC } from 'oidc-provider';
import { withErrorUri } from './error-uri.ts';

/** Scripts of another origin see only the response headers that are named to them. */
const exposeRetryAfter = ({ response }: KoaContextWithOIDC): void => {
  if (!response.get('Retry-After') || !response.get('Access-Control-Allow-Origin')) return;
  const exposed = response.get('Access-Control-Expose-Headers');
  response.set('Access-Control-Expose-Headers', exposed ? `${exposed}, Retry-After` : 'Retry-After');
};

/** Adds to an error of the engine what all errors of this server have, whichever handler made it. */
export const completeErrorResponse = (issuer: string, ctx: KoaContextWithOIDC): void => {
  exposeRetryAfter(ctx);
  const { body } = ctx;
  if (typeof body !== 'object' || body === null) return;
  ctx.set('Cache-Control', 'no-store');
  if (Object.getPrototypeOf(body) === Object.prototype) ctx.body = withErrorUri(issuer, body);
};
