import { adminOperation } from '../../../../services/administration/index.ts';
import { sendNow } from '../../../../services/outbox/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { deliveryNotFound, deliveryParams } from './queue.ts';

export const retryDelivery = ({
  store,
  clock,
  administration,
}: Pick<AdminApiDependencies, 'store' | 'clock' | 'administration'>) =>
  adminOperation({
    summary: 'Send a message now',
    description: 'The attempt counts like any other.',
    params: deliveryParams,
    status: 202,
    async handle({ by, params: { queue, id } }) {
      const kind = await sendNow(store, queue, id, clock.now());
      if (kind === undefined) throw deliveryNotFound();
      administration.recordChange(by, { operation: 'outbox.retry', details: { kind, delivery: id } });
      return {};
    },
  });
