import { Failure } from '../../errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { dropDelivery, findWaiting, type QueueName, sendNow } from '../outbox/index.ts';
import { type Administrator, requirePermission } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import type { Permission } from './permissions.ts';
import type { RightOver } from './right-over-account.ts';

export interface OutboxAdministration {
  /** Sends a message now, as one more attempt. */
  retry(by: Administrator, queue: QueueName, id: string): Promise<void>;
  /** The message is not sent any more. */
  drop(by: Administrator, queue: QueueName, id: string): Promise<void>;
}

interface Dependencies extends RightOver {
  readonly store: Store;
  readonly clock: Clock;
  readonly recordChange: RecordChange;
}

/** Mail tells people what happened to their accounts. The right to change clients is not enough to withhold it. */
export const outboxPermissions: Readonly<Record<QueueName, Permission>> = {
  requests: 'clients',
  mail: 'accounts',
};

const notFound = (): Failure =>
  new Failure({
    code: 'delivery_not_found',
    status: 404,
    message: 'There is no such message: it was sent, or has expired.',
  });

export const createOutboxAdministration = ({
  store,
  clock,
  requireRightOverOwner,
  recordChange,
}: Dependencies): OutboxAdministration => {
  /** Checks the right over the message, and over the account that a mail is about. */
  const find = async (by: Administrator, queue: QueueName, id: string) => {
    requirePermission(by, outboxPermissions[queue]);
    const waiting = await findWaiting(store, queue, id);
    if (waiting === undefined) throw notFound();
    if (queue === 'mail' && waiting.account !== undefined) await requireRightOverOwner(by, waiting.account);
    return waiting;
  };

  return {
    async retry(by, queue, id) {
      const { kind } = await find(by, queue, id);
      await sendNow(store, queue, id, clock.now());
      recordChange(by, { operation: 'outbox.retry', details: { kind, delivery: id } });
    },
    async drop(by, queue, id) {
      const { kind, account } = await find(by, queue, id);
      await dropDelivery(store, id);
      recordChange(by, { operation: 'outbox.drop', account, details: { kind, delivery: id } });
    },
  };
};
