/**
 * Owns signing out: the request of an application (RP-Initiated Logout), its pages, and the notification of all
 * applications that the session was used for (Back-Channel Logout). Front-channel logout and session management are
 * not offered, because browsers no longer send the third-party cookies that they need.
 *
 * GET  /oauth/logout           there is no session     -> a form that submits itself (engine-forms.ts)
 *                              there is a session      -> the question
 * POST /oauth/logout/confirm   `logout=yes`            -> the session ends, the applications are notified through the
 *                                                         outbox, redirect to the application or to the next page
 *                              otherwise               -> the session stays, the same redirect
 *                              an older form           -> 303 to the question or to the next page (stale-forms.ts)
 * GET  /oauth/logout/success   signed out              -> the page "signed out"
 *                              still signed in         -> 303 to /
 */
import type { Feature } from '../../feature.ts';
import { notifyThroughOutbox } from './back-channel.ts';
import type { LogoutDependencies } from './dependencies.ts';
import { replaceEngineForms } from './engine-forms.ts';
import { createLogoutPages } from './pages.ts';
import { answerStaleForms } from './stale-forms.ts';
import { nameClientToSuccessPage } from './success-link.ts';

export const logout = (dependencies: LogoutDependencies): Feature => ({
  name: 'logout',
  provider: {
    settings: {
      features: {
        rpInitiatedLogout: { enabled: true, ...createLogoutPages(dependencies) },
        backchannelLogout: { enabled: true },
      },
    },
    overrides: { clientLogout: notifyThroughOutbox(dependencies) },
    routes: [replaceEngineForms(dependencies.pages), answerStaleForms, nameClientToSuccessPage],
  },
});
