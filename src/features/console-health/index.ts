/**
 * Owns `/admin/health` of the console: whether this process is fine, and the effective configuration with the source of
 * each value.
 */
import type { Feature } from '../../feature.ts';
import { type ConsoleHealthDependencies, healthPath } from './dependencies.ts';

export const consoleHealth = (all: ConsoleHealthDependencies): Feature => ({
  name: 'console-health',
  console: {
    menu: { path: healthPath, permission: 'read', label: ({ operation }) => operation.health.menu },
    routes: [
      {
        method: 'GET',
        path: healthPath,
        permission: 'read',
        load: async () => (await import('./show-health.ts')).showHealth(all),
      },
    ],
  },
});
