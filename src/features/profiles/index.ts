/**
 * What the FAPI 2.0 Security Profile (final) asks at run time of the clients that are held to it. What a client's
 * registration can meet or break is refused there (clients); the rules of single messages are with their features.
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
