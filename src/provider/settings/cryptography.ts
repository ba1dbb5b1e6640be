import type { Configuration, SigningAlgorithm } from 'oidc-provider';

const asymmetric = ['ES256', 'ES384', 'EdDSA', 'PS256', 'PS384', 'RS256'] as const;

/** The server signs with the algorithms of its keys. Clients may use the strong asymmetric ones, and HS256 in assertions. */
export const cryptography = (serverAlgorithms: readonly string[]) => {
  // The configuration accepts only algorithms that the engine has.
  const signing = serverAlgorithms as readonly SigningAlgorithm[];
  return {
    enabledJWA: {
      authorizationSigningAlgValues: [...signing],
      idTokenSigningAlgValues: [...signing],
      introspectionSigningAlgValues: [...signing],
      userinfoSigningAlgValues: [...signing],
      requestObjectSigningAlgValues: [...asymmetric],
      dPoPSigningAlgValues: ['ES256', 'EdDSA', 'PS256', 'RS256'],
      clientAuthSigningAlgValues: [...asymmetric, 'HS256'],
    },
    features: { externalSigningSupport: { enabled: true, ack: 'experimental-01' } },
  } satisfies Configuration;
};
