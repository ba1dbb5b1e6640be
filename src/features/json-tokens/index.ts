/**
 * Owns the JSON token endpoint, `POST /api/v1/tokens`, where issuer-style services redeem a code: its strict body, its
 * responses and its description. Whether a code is good is decided by the token endpoint of the engine. The path of a
 * request:
 *
 * 1. `endpoint.ts` reads the body and refuses DPoP.
 * 2. `parse-request.ts` checks the body.
 * 3. `complete-request.ts` reads the code and adds what a marked client may leave out.
 * 4. `form-request.ts` makes a token request of RFC 6749 of it, and the engine (`provider/engine.ts`) redeems the code.
 * 5. `provider/commit.ts` commits, or replaces the response by a refusal.
 * 6. `translate-response.ts` rewrites the response for this endpoint.
 *
 * Until step 4 an error is thrown and the error handler of the endpoint answers it; from then on the engine answers and
 * step 6 rewrites its error. `errors.ts` maps both to the names and numbers of this endpoint.
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
    ...(config.mode === 'development' && { pages: describePage(pages, description) }),
  };
};
