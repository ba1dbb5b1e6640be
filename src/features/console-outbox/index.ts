/**
 * Owns the pages for messages that wait, in the console.
 *
 * GET      /admin/outbox
 * GET POST /admin/outbox/:queue/:id/retry   sends a message now
 * GET POST /admin/outbox/:queue/:id/drop
 */
import type { Feature } from '../../feature.ts';
import { type ConsoleHandler, formRoutes } from '../../services/console-pages/index.ts';
import type { ConsoleOutboxDependencies } from './outbox-pages.ts';
import { outboxPath } from './paths.ts';

export const consoleOutbox = (all: ConsoleOutboxDependencies): Feature => {
  const formAt = (action: string, load: () => Promise<ConsoleHandler>) =>
    formRoutes({ path: `${outboxPath}/:queue/:id/${action}`, permission: 'clients', load });
  return {
    name: 'console-outbox',
    console: {
      menu: { path: outboxPath, permission: 'read', label: ({ operation }) => operation.outbox.menu },
      routes: [
        {
          method: 'GET',
          path: outboxPath,
          permission: 'read',
          load: async () => (await import('./outbox-pages.ts')).listOutbox(all),
        },
        ...formAt('retry', async () => (await import('./outbox-pages.ts')).retryDelivery(all)),
        ...formAt('drop', async () => (await import('./outbox-pages.ts')).dropMessage(all)),
      ],
    },
  };
};
