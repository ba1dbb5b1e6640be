import { adminOperation } from '../../../../services/administration/index.ts';
import { dropDelivery } from '../../../../services/outbox/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { deliveryNotFound, deliveryParams } from './queue.ts';

export const dropWaiting = ({
  store,
  administration,
}: Pick<AdminApiDependencies, 'store' | 'administration'>) =>
  adminOperation({
    summary: 'Drop a message',
    description: 'It is not sent any more.',
    params: deliveryParams,
    status: 204,
    async handle({ by, params: { queue, id } }) {
      const kind = await dropDelivery(store, queue, id);
      if (kind === undefined) throw deliveryNotFound();
      administration.recordChange(by, { operation: 'outbox.drop', details: { kind, delivery: id } });
      return {};
    },
  });
