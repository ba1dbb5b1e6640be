/**
 * Owns which clients the engine holds to the FAPI 2.0 Security Profile (final). What the profile demands of a client's
 * metadata is checked at registration (`services/clients/fapi2.ts`), what it demands of a message by the feature of
 * that message.
 */
import type { Feature } from '../../feature.ts';

export const profiles: Feature = {
  name: 'profiles',
  provider: {
    settings: {
      features: {
        fapi: {
          enabled: true,
          profile: (_ctx, client) => (client?.['profile'] === 'fapi2' ? '2.0' : undefined),
        },
      },
    },
  },
};
