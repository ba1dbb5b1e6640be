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
import type { Accounts } from '../../services/accounts/index.ts';
import type { Outbox } from '../../services/outbox/index.ts';
import { notifyThroughOutbox } from './back-channel.ts';
import { replaceEngineForms } from './engine-forms.ts';
import { createLogoutPages } from './pages.ts';
import { answerStaleForms } from './stale-forms.ts';

export interface LogoutDependencies {
  readonly config: Config;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
  readonly engine: () => Engine;
}

export const logout = (dependencies: LogoutDependencies): Feature => {
  return {
    name: 'logout',
    provider: {
      settings: {
        features: {
          rpInitiatedLogout: { enabled: true, ...createLogoutPages(dependencies) },
          backchannelLogout: { enabled: true },
        },
      },
      overrides: { clientLogout: notifyThroughOutbox(dependencies) },
      attach(provider: Provider) {
        replaceEngineForms(provider, dependencies.pages);
        answerStaleForms(provider);
      },
    },
  };
};
