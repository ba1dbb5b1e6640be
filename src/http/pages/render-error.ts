import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { factsOf } from '../../provider/facts.ts';
import type { Clock } from '../../store/port.ts';
import { errorPage } from '../../views/pages/error.ts';
import { errorKindOf } from './error-kind.ts';
import type { Pages, Reader } from './pages.ts';
import { wantsHtml } from './wants-html.ts';

export const readerOfEngine = (ctx: KoaContextWithOIDC): Reader => ({
  headers: ctx.req.headers,
  url: ctx.req.url ?? '/',
  requestId: factsOf(ctx.req).correlation,
});

/** The engine's failures: a page for people, JSON for programs. */
export const createRenderError =
  (pages: Pages, clock: Clock): NonNullable<Configuration['renderError']> =>
  (ctx, out) => {
    if (!wantsHtml(ctx.get('accept'))) {
      ctx.type = 'json';
      ctx.body = out;
      return;
    }
    const reader = readerOfEngine(ctx);
    const { client } = ctx.oidc ?? {};
    const body = errorPage(pages.page(reader), {
      kind: errorKindOf(out.error, ctx.status),
      code: out.error,
      status: ctx.status,
      time: new Date(clock.now()),
      ...(out.error_description !== undefined && { description: out.error_description }),
      ...(client && { details: [{ name: 'client_id', value: client.clientId }] }),
      ...(ctx.status === 503 && { retryAfter: 2 }),
    });
    ctx.set(pages.headers(reader));
    ctx.body = body;
  };
