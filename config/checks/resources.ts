import type { Rule } from './rule.ts';

/**
 * RFC 9068 §2.1: `at+jwt` keeps an API from taking an ID token for an access token. Without it the audience alone does,
 * and that of an ID token is a client_id.
 */
export const plainTokensAreForNoClient: Rule = {
  needs: ['clients', 'resources'],
  check: ({ clients, resources }) => {
    const ids = new Set(clients.map(({ client_id }) => client_id));
    return resources.flatMap(({ audience, token_typ }, index) =>
      token_typ === 'JWT' && ids.has(audience)
        ? [
            {
              path: ['resources', String(index), 'token_typ'],
              message: `A client has the audience ${audience} as its client_id, so the API could take the ID tokens of that client for access tokens: use at+jwt, or another audience.`,
            },
          ]
        : [],
    );
  },
};
