import type { KoaContextWithOIDC } from 'oidc-provider';
import { getRequestContext } from '../../provider/request-context.ts';
import type { PageRequest } from './pages.ts';

/** The request of a page that the engine shows. */
export const pageRequestOf = (ctx: KoaContextWithOIDC): PageRequest => ({
  headers: ctx.req.headers,
  url: ctx.req.url ?? '/',
  requestId: getRequestContext(ctx.req).correlationId,
});

/** OpenID Connect Core §3.1.2.1: the languages that the application asked for. Parameters may not be parsed yet. */
export const uiLocalesOf = (ctx: KoaContextWithOIDC): { readonly uiLocales?: string } => {
  const asked = ctx.oidc?.params?.['ui_locales'] ?? ctx.query['ui_locales'];
  return typeof asked === 'string' ? { uiLocales: asked } : {};
};
