/**
 * Owns the page that shows all ways to sign in to an account besides its password. They survive a new password, so the
 * pages that end a way back into the account (a new password by mail, a recovery link, "This wasn't me") lead here. The
 * pages of each way remove it.
 *
 * GET /account/sign-in-methods
 */
import type { Feature } from '../../feature.ts';
import type { SignInMethodsDependencies } from './dependencies.ts';

export const accountSignInMethods = (dependencies: SignInMethodsDependencies): Feature => ({
  name: 'account-sign-in-methods',
  account: {
    pages: async (account) => (await import('./methods-page.ts')).methodsPage(dependencies)(account),
  },
});
