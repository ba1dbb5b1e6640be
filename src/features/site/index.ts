/**
 * Owns the pages that belong to no flow: the landing page at `/` in production, and the explanation of each error code
 * that `error_uri` points to. In development the playground serves `/`. The error page of a failed request is sent by
 * its scope (`http/pages`).
 */
import type { Config } from '#config';
import { explanationOf } from '../../error-codes.ts';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { accountPath } from '../../services/clients/index.ts';
import { errorCodePage } from '../../views/pages/error-code.ts';
import { landingPage } from '../../views/pages/landing.ts';

export const site = (config: Config, pages: Pages): Feature => ({
  name: 'site',
  pages: async (scope) => {
    if (config.mode === 'production') {
      scope.get('/', async (request, reply) =>
        pages.send(
          request,
          reply,
          landingPage(pages.pageFor(request), {
            issuer: new URL(config.issuer).host,
            account: accountPath,
          }),
        ),
      );
    }
    scope.get<{ Params: { code: string } }>('/errors/:code', async (request, reply) => {
      const { code } = request.params;
      return pages.send(request, reply, errorCodePage(pages.pageFor(request), { code }), {
        status: explanationOf(code) ? 200 : 404,
      });
    });
  },
});
