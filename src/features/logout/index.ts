/**
 * Owns signing out: at the wish of an application (RP-Initiated Logout), its pages, and telling the applications that
 * were signed in to (Back-Channel Logout). Front-channel logout and session management are not offered: browsers no
 * longer send the cookies that they need.
 */
import type { Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Deliveries } from '../deliveries/index.ts';
import { tellInBackground } from './back-channel.ts';
import { showEngineForms } from './engine-forms.ts';
import { createLogoutPages } from './pages.ts';
import { answerLateForms } from './sent-again.ts';

export interface LogoutParts {
  readonly config: Config;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly deliveries: Deliveries;
  readonly engine: () => Engine;
}

export const logout = (parts: LogoutParts): Feature => {
  const backChannel = tellInBackground(parts);
  return {
    name: 'logout',
    engine: {
      settings: {
        features: {
          rpInitiatedLogout: { enabled: true, ...createLogoutPages(parts) },
          backchannelLogout: { enabled: true },
        },
      },
      attach(provider: Provider) {
        backChannel.attach(provider);
        showEngineForms(provider, parts.pages);
        answerLateForms(provider);
      },
    },
  };
};
