/**
 * Owns how a person is told to clients: by a subject of the client's own (pairwise), and in answers that are signed or
 * encrypted for it. Not which claims there are (accounts) nor which a scope releases (`provider/settings`).
 */
import { createHmac } from 'node:crypto';
import type { Configuration, EncryptionAlgValues, EncryptionEncValues } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { sectorOf } from './sector.ts';

/** With a client's public keys only: its secrets are hashed here, so no key can be made of them. */
const keyManagementAlgorithms: EncryptionAlgValues[] = [
  'RSA-OAEP-256',
  'ECDH-ES',
  'ECDH-ES+A128KW',
  'ECDH-ES+A256KW',
];
const contentEncryptionAlgorithms: EncryptionEncValues[] = [
  'A128GCM',
  'A256GCM',
  'A128CBC-HS256',
  'A256CBC-HS512',
];

export const subjects = (): Feature => ({
  name: 'subjects',
  provider: {
    settings: ({ pairwiseSalt }) =>
      ({
        // OpenID Connect Core §8.1: the same for all clients of a sector, and not to be linked to any other.
        pairwiseIdentifier: (_ctx, accountId, client) =>
          createHmac('sha256', pairwiseSalt)
            .update(JSON.stringify([sectorOf(client), accountId]))
            .digest('base64url'),
        enabledJWA: {
          idTokenEncryptionAlgValues: [...keyManagementAlgorithms],
          idTokenEncryptionEncValues: [...contentEncryptionAlgorithms],
          userinfoEncryptionAlgValues: [...keyManagementAlgorithms],
          userinfoEncryptionEncValues: [...contentEncryptionAlgorithms],
          introspectionEncryptionAlgValues: [...keyManagementAlgorithms],
          introspectionEncryptionEncValues: [...contentEncryptionAlgorithms],
          authorizationEncryptionAlgValues: [...keyManagementAlgorithms],
          authorizationEncryptionEncValues: [...contentEncryptionAlgorithms],
          // Only a key made of the client's secret could open an encrypted request here.
          requestObjectEncryptionAlgValues: [],
          requestObjectEncryptionEncValues: [],
        },
        features: { encryption: { enabled: true }, jwtUserinfo: { enabled: true } },
      }) satisfies Configuration,
  },
});
