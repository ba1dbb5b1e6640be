/**
 * Owns scopes with spaces around or between them that mean nothing. The MCP SDK for Python requests ` offline_access`
 * from an API that publishes no scopes. RFC 6749 §3.3 has no such scope, and the engine refuses it. Signed and pushed
 * requests stay as they are.
 */
import type { Feature } from '../../feature.ts';

export const paddedScope = (): Feature => ({
  name: 'padded-scope',
  provider: {
    routes: [
      {
        route: 'authorization',
        clientKnown({ oidc: { params } }) {
          const scope = params?.['scope'];
          if (params === undefined || typeof scope !== 'string' || !/^ | $| {2}/.test(scope)) return;
          params['scope'] = scope.split(' ').filter(Boolean).join(' ') || undefined;
        },
      },
    ],
  },
});
