/**
 * Owns sender-constrained tokens by DPoP (RFC 9449): which proofs are accepted, when they need a nonce, and when they
 * count as used. For tokens bound to certificates (RFC 8705), `client-authentication` gives the engine the certificate.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { assertAcceptableProof, isDatedAhead } from './proofs.ts';
import { markProofOfRefused } from './refused-requests.ts';

export const senderConstraint = ({ security }: Pick<Config, 'security'>): Feature => ({
  name: 'sender-constraint',
  provider: {
    settings: ({ dpopNonceSecret }) => ({
      features: {
        dPoP: {
          enabled: true,
          nonceSecret: dpopNonceSecret,
          // oidc-provider calls this once for each proof, before it verifies the proof.
          requireNonce: (ctx) => {
            assertAcceptableProof(ctx);
            return security.dpop_nonce === 'required' || isDatedAhead(ctx);
          },
        },
      },
    }),
    routes: [markProofOfRefused],
  },
});
