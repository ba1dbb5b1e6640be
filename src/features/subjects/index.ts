/**
 * Owns how clients identify a person: pairwise subjects, and responses that are signed or encrypted for one client.
 * `services/accounts` owns the claims of a person, `provider/settings` which scope releases them.
 */
import { createHmac } from 'node:crypto';
import type { Configuration, EncryptionAlgValues, EncryptionEncValues } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { type SectorSource, sectorOf } from '../../services/clients/index.ts';

/** These use the public keys of a client. Secrets are stored as hashes, so no key can be derived from them. */
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

const toSource = (client: EngineClient): SectorSource => {
  const { clientId, sectorIdentifierUri, redirectUris, jwksUri } = client;
  return {
    clientId,
    sectorIdentifierUri,
    redirectUris,
    jwksUri,
    ownLoopback: client['own_loopback'] === true,
  };
};

export const subjects = (): Feature => ({
  name: 'subjects',
  provider: {
    settings: ({ pairwiseSalt }) =>
      ({
        // OpenID Connect Core §8.1: clients of one sector get the same subject, and no others can link it.
        pairwiseIdentifier: (_ctx, accountId, client) =>
          createHmac('sha256', pairwiseSalt)
            .update(JSON.stringify([sectorOf(toSource(client)), accountId]))
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
          // An encrypted request would need a key of this server or one derived from the client's secret.
          requestObjectEncryptionAlgValues: [],
          requestObjectEncryptionEncValues: [],
        },
        features: { encryption: { enabled: true }, jwtUserinfo: { enabled: true } },
      }) satisfies Configuration,
  },
});
