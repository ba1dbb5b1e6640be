/**
 * Owns the page on which people see and change their profile. Which claims those are is a matter of
 * services/profile-fields; the e-mail address belongs to features/email-address.
 *
 * GET  /account/profile   the claims; those that may be changed as a form
 * POST /account/profile   a value is wrong: 422 · otherwise the claims change: 303 to `?done=yes`
 */
import type { Feature } from '../../feature.ts';
import type { AccountProfileDependencies } from './dependencies.ts';
import { profilePath } from './paths.ts';

export { profilePath } from './paths.ts';

export const accountProfile = (dependencies: AccountProfileDependencies): Feature => ({
  name: 'account-profile',
  account: {
    menu: { path: profilePath, label: ({ account }) => account.profile.menu },
    pages: async (account) => (await import('./profile-pages.ts')).profilePages(dependencies)(account),
    exports: { profile: async (owner) => (await import('./profile-pages.ts')).exportProfile(owner) },
  },
});
