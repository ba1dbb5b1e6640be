import type { Configuration } from 'oidc-provider';

/**
 * Every client uses PKCE (RFC 7636, RFC 9700 §2.1.1), unless the operator exempts it. A client marked `issuer_tokens`
 * redeems a code that has no challenge, because its code is all that it sends.
 */
export const pkce = {
  pkce: {
    required: (_ctx, client) => client['pkce'] !== 'exempt' && client['issuer_tokens'] !== true,
  },
} satisfies Configuration;
