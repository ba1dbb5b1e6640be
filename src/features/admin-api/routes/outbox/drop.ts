import { adminOperation } from '../../../../services/administration/index.ts';
import type { QueueName } from '../../../../services/outbox/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { deliveryParams } from './queue.ts';

export const dropWaiting = (
  { administration }: Pick<AdminApiDependencies, 'administration'>,
  queue: QueueName,
) =>
  adminOperation({
    summary: queue === 'mail' ? 'Drop a mail' : 'Drop a request to a client',
    description: 'It is not sent any more.',
    params: deliveryParams,
    status: 204,
    async handle({ by, params: { id } }) {
      await administration.outbox.drop(by, queue, id);
      return {};
    },
  });
