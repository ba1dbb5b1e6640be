/**
 * Owns pushed authorization requests (RFC 9126): how long they last, and which of them can be stored. Which clients must
 * push is a property of the client and its profile; the store makes each request usable once.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';

export const pushedRequests = ({ tokens }: Pick<Config, 'tokens'>): Feature => ({
  name: 'pushed-requests',
  provider: {
    settings: {
      features: {
        pushedAuthorizationRequests: { enabled: true },
      },
    },
    overrides: { pushedRequestSave: { maxSeconds: tokens.par_ttl } },
    routes: [
      {
        route: 'pushed_authorization_request',
        after({ status, body }) {
          if (status !== 201) return;
          // The engine always announces its own lifetime of a minute.
          const response = body as { expires_in: number };
          response.expires_in = Math.min(response.expires_in, tokens.par_ttl);
        },
      },
    ],
  },
});
