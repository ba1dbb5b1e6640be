import Type from 'typebox';
import { adminOperation, timeText } from '../../../../services/administration/index.ts';
import { listWaiting, type WaitingDelivery } from '../../../../services/outbox/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { closed, pageOf, paging, text, time } from '../../schemas.ts';
import { queueParams } from './queue.ts';

const delivery = Type.Object({
  id: text('The id of the message.'),
  kind: text('What it is: logout, mail.password-reset …'),
  tries: Type.Integer({ description: 'How often it was tried.', minimum: 0 }),
  due_at: time('The next attempt.'),
  expires_at: Type.Optional(time('When it is given up.')),
  client: Type.Optional(Type.String({ description: 'The client that it is about.' })),
  account: Type.Optional(Type.String({ description: 'The account that it is about.' })),
});

const describe = ({ dueAt, expiresAt, ...waiting }: WaitingDelivery) => ({
  ...waiting,
  due_at: timeText(dueAt),
  ...(expiresAt !== undefined && { expires_at: timeText(expiresAt) }),
});

export const listOutbox = ({ store }: Pick<AdminApiDependencies, 'store'>) =>
  adminOperation({
    summary: 'List the messages that wait',
    description: 'Those that are due first. What a message says is not shown.',
    params: queueParams,
    query: Type.Object(paging, closed),
    answer: pageOf(delivery),
    status: 200,
    async handle({ params: { queue }, query }) {
      return pageBody(await listWaiting(store, queue, pagingOf(query)), describe);
    },
  });
