/**
 * Owns the pages of the console about sessions. The store lists sessions by account, so a search finds accounts first.
 *
 * GET       /admin/sessions       `q` the beginning of a name, or `account`; without them, of those who
 *                                 signed in last: `until` and `cursor` begin another page
 * GET, POST /admin/sessions/:id   ends one: 303 to those of its account
 */
import type { Feature } from '../../feature.ts';
import { consolePaths, formRoutes } from '../../services/console-pages/index.ts';
import type { ConsoleSessionsDependencies } from './dependencies.ts';

export const consoleSessions = (dependencies: ConsoleSessionsDependencies): Feature => ({
  name: 'console-sessions',
  console: {
    menu: { path: consolePaths.sessions, permission: 'read', label: ({ sessions }) => sessions.menu },
    routes: [
      {
        method: 'GET',
        path: consolePaths.sessions,
        permission: 'read',
        load: async () => (await import('./list.ts')).listSessions(dependencies),
      },
      ...formRoutes({
        path: `${consolePaths.sessions}/:id`,
        permission: 'sessions',
        load: async () => (await import('./end.ts')).endSession(dependencies),
      }),
    ],
  },
});
