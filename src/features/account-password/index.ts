/**
 * Owns the page where a person who is signed in changes the password, or sets one where there was none. Forgotten
 * passwords belong to features/password-reset, the notice by mail to features/notices.
 *
 * GET  /.well-known/change-password   303 to the page (A Well-Known URL for Changing Passwords)
 * GET  /account/password              the form; it needs a recent sign-in
 * POST /account/password              a field is wrong: 422 · too many tries: 429 · otherwise the password changes, this
 *                                     browser stays signed in with a new cookie, and all other sessions end with their
 *                                     tokens, with `offline=yes` also those of `offline_access`: 303 to `?done=yes`
 */
import type { Feature } from '../../feature.ts';
import type { AccountPasswordDependencies } from './dependencies.ts';
import { passwordPath } from './paths.ts';

export { passwordPath } from './paths.ts';

export const accountPassword = (dependencies: AccountPasswordDependencies): Feature => ({
  name: 'account-password',
  pages: async (scope) => {
    scope.get('/.well-known/change-password', async (_request, reply) =>
      reply.header('cache-control', 'no-store').redirect(passwordPath, 303),
    );
  },
  account: {
    menu: { path: passwordPath, label: ({ account }) => account.password.menu },
    pages: async (account) => (await import('./password-pages.ts')).passwordPages(dependencies)(account),
  },
});
