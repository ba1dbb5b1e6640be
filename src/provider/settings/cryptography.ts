import type { Configuration, SigningAlgorithm } from 'oidc-provider';

const asymmetric = ['ES256', 'ES384', 'EdDSA', 'PS256', 'PS384', 'RS256'] as const;

/** What the server signs with follows its keys; what clients may sign with is a list without weak ones. */
export const cryptography = (serverAlgorithms: readonly string[]) => {
  // Keys come from the configuration, whose algorithms are all known to the engine.
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
