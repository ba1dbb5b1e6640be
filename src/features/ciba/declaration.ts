import type { FeatureDeclaration } from '../../feature.ts';

export const cibaDeclaration: FeatureDeclaration = {
  name: 'ciba',
  grants: [
    {
      name: 'urn:openid:params:grant-type:ciba',
      requiresAuthentication: true,
      involvesPerson: true,
      beginsAt: 'backchannel_authentication',
      signInSource: 'BackchannelAuthenticationRequest',
    },
  ],
};
