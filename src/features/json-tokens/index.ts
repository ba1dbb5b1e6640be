/**
 * Owns `POST /api/v1/tokens`, where issuer-style services redeem a code in JSON: its strict body, its answers and its
 * description. Not what makes a code good: every check is the token endpoint's own, on the one path of redemption.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Store } from '../../store/port.ts';
import { describePage } from './description-page.ts';
import { tokenEndpoint } from './endpoint.ts';
import { openApi } from './openapi.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  readonly version: string;
  readonly engine: () => Engine;
}

export const jsonTokens = ({ config, store, pages, version, engine }: Dependencies): Feature => {
  const description = openApi(config.issuer, version);
  return {
    name: 'json-tokens',
    api: async (scope) => {
      await scope.register(tokenEndpoint({ config, store, engine }));
      scope.get('/api/v1/openapi.json', async (_request, reply) =>
        reply
          .header('cache-control', 'public, max-age=300')
          .header('access-control-allow-origin', '*')
          .send(description),
      );
    },
    // A marked client has access tokens only, at whichever door.
    provider: {
      attach: (provider) => {
        provider.use(async (ctx, next) => {
          await next();
          const { body } = ctx;
          if (ctx.oidc?.client?.['issuer_tokens'] !== true || typeof body !== 'object' || body === null)
            return;
          if ('access_token' in body && 'id_token' in body) delete body.id_token;
        });
      },
    },
    ...(config.mode === 'development' && { pages: describePage(pages, description) }),
  };
};
