/**
 * Owns the page where people confirm or change their e-mail address, which exists when mail can be sent. The claim changes
 * only when the owner of the new address confirms it.
 *
 * GET  /account/email          the address and the form; it needs a recent sign-in
 * POST /account/email          a field is wrong, or the password: 422 · too many tries or requests: 429 · the store is
 *                              nearly full: 503 · otherwise a link is sent to the address, 303 to `?sent=yes`; nothing is
 *                              sent to an address that another account has verified, and the answer is the same
 * GET  /account/email/:token   asks, also for the password unless the account is signed in; it changes nothing
 * POST /account/email/:token   not signed in, and a wrong password: 422 · otherwise the link is used up, the address
 *                              stored as verified and the notice to the former address stored, in one commit: 303 to
 *                              `/account/email/confirmed`
 */
import type { Feature } from '../../feature.ts';
import { confirmPages } from './confirm-pages.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { confirmMail, createComposeConfirm } from './message.ts';
import { emailPath } from './paths.ts';

export { emailPath };

export const emailAddress = (dependencies: EmailAddressDependencies): Feature => {
  const { mail } = dependencies;
  if (!mail.isEnabled) return { name: 'email-address' };
  mail.compose(confirmMail, createComposeConfirm(dependencies));
  return {
    name: 'email-address',
    pages: confirmPages(dependencies),
    account: {
      menu: { path: emailPath, label: ({ createAccount }) => createAccount.email },
      pages: async (account) => (await import('./email-pages.ts')).emailPages(dependencies)(account),
    },
  };
};
