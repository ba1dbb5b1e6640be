/**
 * Owns `/admin`, where administrators arrive.
 *
 * GET /admin
 */
import type { Feature } from '../../feature.ts';
import { consolePath } from '../../services/clients/index.ts';

export const consoleOverview = (): Feature => ({
  name: 'console-overview',
  console: {
    menu: { path: consolePath, permission: 'read', label: ({ overview }) => overview.menu },
    routes: [
      {
        method: 'GET',
        path: consolePath,
        permission: 'read',
        load: async () => (await import('./overview.ts')).overview(),
      },
    ],
  },
});
