/**
 * Tokens that are of use only to who asked for them: DPoP (RFC 9449), its nonces and what a proof must be. Tokens
 * bound to certificates (RFC 8705) need no rule of ours beyond the certificate itself (client-authentication).
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { requiresNonce } from './proofs.ts';

export const senderConstraint = ({ security }: Pick<Config, 'security'>): Feature => ({
  name: 'sender-constraint',
  provider: {
    settings: ({ dpopNonceSecret }) => ({
      features: {
        dPoP: {
          enabled: true,
          nonceSecret: dpopNonceSecret,
          // Asked once for each proof, before anything is made of it.
          requireNonce: (ctx) => requiresNonce(ctx) || security.dpop_nonce === 'required',
        },
      },
    }),
  },
});
