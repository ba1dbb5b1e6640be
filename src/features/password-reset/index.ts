/**
 * Owns the way back in for people who forgot their password, which exists when mail can be sent. The link leads only to
 * an address that was verified: a mistyped address would give the account to its owner.
 *
 * GET  /account/forgot            the form: a user name or an address
 * POST /account/forgot            empty: 422 · too many from this network: 429 · otherwise 303 to `?sent=yes`, the same
 *                                 for known and unknown names: the account is looked up in the background
 * in the background               the account has a verified address and is enabled: a message with a link (message.ts)
 * GET  /account/reset/:token      the form for the new password; it changes nothing
 * POST /account/reset/:token      a rule refuses the password: 422 · otherwise the link is used up and the password
 *                                 stored, in one commit, and everything that was signed in ends: 303 to /account/reset
 *
 * The account is not signed in, because the link may be open in a browser that isn't theirs.
 */
import type { Feature } from '../../feature.ts';
import type { PasswordResetDependencies } from './dependencies.ts';
import { forgotPages } from './forgot-pages.ts';
import { createComposeReset, resetMail } from './message.ts';
import { resetPages } from './reset-pages.ts';

export { forgotPath } from './paths.ts';
export { createRequestReset } from './request-reset.ts';

export const passwordReset = (dependencies: PasswordResetDependencies): Feature => {
  const { mail } = dependencies;
  if (!mail.isEnabled) return { name: 'password-reset' };
  mail.compose(resetMail, createComposeReset(dependencies));
  return {
    name: 'password-reset',
    pages: async (scope) => {
      await scope.register(forgotPages(dependencies));
      await scope.register(resetPages(dependencies));
    },
  };
};
