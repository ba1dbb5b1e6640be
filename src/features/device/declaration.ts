import type { FeatureDeclaration } from '../../feature.ts';

export const deviceDeclaration: FeatureDeclaration = {
  name: 'device',
  grants: [
    {
      name: 'urn:ietf:params:oauth:grant-type:device_code',
      involvesPerson: true,
      beginsAt: 'device_authorization',
      signInSource: 'DeviceCode',
    },
  ],
};
