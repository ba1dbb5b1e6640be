/**
 * Owns the page of a person's applications: those that they may open, and those that have access to the account. What
 * disconnecting ends is a matter of services/connected-apps.
 *
 * GET  /account/apps                        both lists
 * GET  /account/apps/disconnect?app=ID      asks whether to disconnect it · one that isn't connected: 404
 * POST /account/apps/disconnect             disconnects it: 303 to the list
 * GET  /account/apps/disconnect-unverified  asks whether to disconnect all that registered themselves · none: 404
 * POST /account/apps/disconnect-unverified  disconnects them: 303 to the list
 */
import type { Feature } from '../../feature.ts';
import type { AccountAppsDependencies } from './dependencies.ts';
import { appsPath } from './paths.ts';

export { appsPath } from './paths.ts';

export const accountApps = (dependencies: AccountAppsDependencies): Feature => ({
  name: 'account-apps',
  account: {
    menu: { path: appsPath, label: ({ account }) => account.apps.menu },
    pages: async (account) => (await import('./apps-pages.ts')).appsPages(dependencies)(account),
    exports: { apps: async (owner) => (await import('./apps-pages.ts')).exportApps(dependencies)(owner) },
  },
});
