/**
 * Owns messages to other servers (the outbox pattern): a message is stored in the commit of the work that causes it,
 * and sent in the background afterwards. What a message says, and to which server, belongs to the feature that handles
 * its kind. Requests to clients and mail have a queue each.
 *
 * 1. `send` stages the message with the unit of work. Once that is committed, a sweep begins. Commands only store
 *    messages, and ask the servers for a sweep.
 * 2. A sweep takes the messages that are due. It moves each to its next attempt before it sends it, and only the
 *    process whose write succeeds sends it. It begins the next messages of requests while clients that are slow answer.
 *    One client or host has a share of them, and so have all clients together that registered themselves. What is more
 *    gets a turn, which doesn't count as an attempt (sweeps.ts, deliver.ts, shares.ts).
 * 3. When the handler succeeds, fails for good or fails after the last pause of the queue, the message is removed and
 *    the event `delivery` is emitted.
 * 4. A process that dies leaves its messages in the store. The next sweep of any process takes them.
 */
export { DeliveryFailed } from './delivery-failed.ts';
export { createOutbox, type Outbox } from './outbox.ts';
export {
  insertDelivery,
  mailQueue,
  outboxIndex,
  readDelivery,
  requestQueue,
  requestSweep,
  toClient,
} from './record.ts';
export {
  dropDelivery,
  findWaiting,
  listWaiting,
  type QueueName,
  queueNames,
  sendNow,
  type WaitingDelivery,
} from './waiting.ts';
