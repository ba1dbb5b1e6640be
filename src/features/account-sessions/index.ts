/**
 * Owns the page that shows where a person is signed in, and with which they end those sessions. What ends with a session
 * is a matter of services/sessions; signing out of this browser belongs to features/logout.
 *
 * GET  /account/sessions            the sessions, the one of this browser first
 * GET  /account/sessions/:id        asks whether to end it · of another account, or ended: 404
 * POST /account/sessions/:id        ends it, and with `offline=yes` what its applications keep: 303 to the list
 * GET  /account/sessions/others     asks whether to end all but this one
 * POST /account/sessions/others     ends them: 303 to the list
 */
import type { Feature } from '../../feature.ts';
import type { AccountSessionsDependencies } from './dependencies.ts';
import { sessionsPath } from './paths.ts';

export { sessionsPath } from './paths.ts';

export const accountSessions = (dependencies: AccountSessionsDependencies): Feature => ({
  name: 'account-sessions',
  account: {
    menu: { path: sessionsPath, label: ({ account }) => account.sessions.title },
    pages: async (account) => (await import('./session-pages.ts')).sessionPages(dependencies)(account),
    exports: {
      sessions: async (owner) => (await import('./session-pages.ts')).exportSessions(dependencies)(owner),
    },
  },
});
