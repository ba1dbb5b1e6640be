/**
 * Owns `/admin`, where administrators arrive: how much there is, the sign-ins of each hour, what happened last, and the
 * first steps of a new installation. The counts of sign-ins belong to services/sign-in-counts.
 *
 * GET /admin   `range` is 24h, 7d or 30d
 */
import type { Feature } from '../../feature.ts';
import { consolePath } from '../../services/clients/index.ts';
import type { ConsoleOverviewDependencies } from './dependencies.ts';

export const consoleOverview = (dependencies: ConsoleOverviewDependencies): Feature => ({
  name: 'console-overview',
  console: {
    menu: { path: consolePath, permission: 'read', label: ({ overview }) => overview.menu },
    routes: [
      {
        method: 'GET',
        path: consolePath,
        permission: 'read',
        load: async () => (await import('./overview.ts')).overview(dependencies),
      },
    ],
  },
});
