import type { KoaContextWithOIDC } from 'oidc-provider';

type Parameters = Readonly<Record<string, unknown>>;

/** A URL that neither Koa's `encodeUrl` nor HTML writes in another way, except for `&`. */
const plainUrl = /^https?:\/\/(?:[\w!#$&()*+,./:;=?@[\]|~^-]|%[\dA-Fa-f]{2})+$/;

/** Browsers name HTML first with each navigation. */
const prefersHtml = (ctx: KoaContextWithOIDC): boolean => /^text\/html(?:,|$)/.test(ctx.get('accept'));

const withParameters = (uri: string, payload: Parameters): string => {
  const url = new URL(uri);
  const query = new URLSearchParams(url.search);
  for (const [name, value] of Object.entries(payload)) query.set(name, String(value));
  if (!/[?#]/.test(uri)) return `${url.href}?${query}`;
  url.search = query.toString();
  return url.href;
};

/**
 * Sends the browser back with the parameters in the query, by the response that the engine makes. The engine parses the
 * URL again for each parameter, and Koa parses it twice more and negotiates the type of the body.
 */
export const redirectByQuery = (ctx: KoaContextWithOIDC, redirectUri: string, payload: Parameters): void => {
  const url = withParameters(redirectUri, payload);
  ctx.status = 303;
  if (!plainUrl.test(url) || !prefersHtml(ctx)) {
    ctx.redirect(url);
    return;
  }
  ctx.set('location', url);
  ctx.set('content-type', 'text/html; charset=utf-8');
  ctx.body = `Redirecting to ${url.replaceAll('&', '&amp;')}.`;
};
