import { adminOperation } from '../../../../services/administration/index.ts';
import type { QueueName } from '../../../../services/outbox/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { deliveryParams } from './queue.ts';

export const retryDelivery = (
  { administration }: Pick<AdminApiDependencies, 'administration'>,
  queue: QueueName,
) =>
  adminOperation({
    summary: queue === 'mail' ? 'Send a mail now' : 'Send a request to a client now',
    description: 'The attempt counts like any other.',
    params: deliveryParams,
    status: 202,
    async handle({ by, params: { id } }) {
      await administration.outbox.retry(by, queue, id);
      return {};
    },
  });
