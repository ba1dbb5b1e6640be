/**
 * Owns the pages for messages that wait, in the console.
 *
 * GET      /admin/outbox
 * GET POST /admin/outbox/requests/:id/retry, /admin/outbox/mail/:id/retry   sends a message now
 * GET POST /admin/outbox/requests/:id/drop, /admin/outbox/mail/:id/drop
 */
import type { Feature } from '../../feature.ts';
import { outboxPermissions } from '../../services/administration/index.ts';
import { type ConsoleHandler, formRoutes } from '../../services/console-pages/index.ts';
import { type QueueName, queueNames } from '../../services/outbox/index.ts';
import type { ConsoleOutboxDependencies } from './outbox-pages.ts';
import { outboxPath } from './paths.ts';

export const consoleOutbox = (all: ConsoleOutboxDependencies): Feature => {
  const formsAt = (action: string, load: (queue: QueueName) => Promise<ConsoleHandler>) =>
    queueNames.flatMap((queue) =>
      formRoutes({
        path: `${outboxPath}/${queue}/:id/${action}`,
        permission: outboxPermissions[queue],
        load: () => load(queue),
      }),
    );
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
        ...formsAt('retry', async (queue) => (await import('./outbox-pages.ts')).retryDelivery(all, queue)),
        ...formsAt('drop', async (queue) => (await import('./outbox-pages.ts')).dropMessage(all, queue)),
      ],
    },
  };
};
