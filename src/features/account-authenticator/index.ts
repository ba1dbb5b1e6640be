/**
 * Owns the account pages for authenticator apps and recovery codes. The step of the sign-in that asks for a code belongs to
 * features/second-factor, what is stored to services/factors.
 *
 * GET  /account/authenticator               the apps, and how many recovery codes are left
 * GET  /account/authenticator/add           QR code and key of a new app; needs a recent sign-in, as all that follow
 * POST /account/authenticator/add           a wrong code: 422 · added: its recovery codes, or 303 to the list. This session
 *                                           goes on with both factors; other sessions end with the first app
 * GET, POST /account/authenticator/codes        asks; new recovery codes instead of the former ones
 * GET, POST /account/authenticator/:id/remove   asks; removed: 303 to the list
 */
import type { Feature } from '../../feature.ts';
import type { AccountAuthenticatorDependencies } from './dependencies.ts';
import { authenticatorPath } from './paths.ts';

export { authenticatorPath, removeAppPath } from './paths.ts';

export const accountAuthenticator = (dependencies: AccountAuthenticatorDependencies): Feature => ({
  name: 'account-authenticator',
  account: {
    menu: { path: authenticatorPath, label: ({ factors }) => factors.account.title },
    pages: async (account) =>
      (await import('./authenticator-pages.ts')).authenticatorPages(dependencies)(account),
    exports: {
      second_factors: async (owner) =>
        (await import('./authenticator-pages.ts')).exportFactors(dependencies)(owner),
    },
  },
});
