/**
 * Owns `POST /api/v1/tokens`, where issuer-style services redeem a code in JSON: its strict body, its answers and its
 * description. Not what makes a code good: every check is the token endpoint's own, on the one path of redemption.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
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

/** A client marked with `issuer_tokens` gets access tokens only, at whichever endpoint it redeems its code. */
const withholdIdToken = ({ body, oidc }: KoaContextWithOIDC): void => {
  if (oidc.client?.['issuer_tokens'] !== true || typeof body !== 'object' || body === null) return;
  if ('access_token' in body && 'id_token' in body) delete body.id_token;
};

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
    provider: { routes: [{ route: 'token', after: withholdIdToken }] },
    ...(config.mode === 'development' && { pages: describePage(pages, description) }),
  };
};
