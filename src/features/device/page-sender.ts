import type { KoaContextWithOIDC } from 'oidc-provider';
import { pageRequestOf, uiLocalesOf } from '../../http/pages/engine-request.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Page } from '../../views/page.ts';

export interface PageSender {
  pageFor(ctx: KoaContextWithOIDC): Page;
  send(ctx: KoaContextWithOIDC, body: string): void;
}

export const createPageSender = (pages: Pages): PageSender => ({
  pageFor: (ctx) => pages.page(pageRequestOf(ctx), uiLocalesOf(ctx)),
  send(ctx, body) {
    ctx.set(pages.headers(pageRequestOf(ctx)));
    ctx.body = body;
  },
});
