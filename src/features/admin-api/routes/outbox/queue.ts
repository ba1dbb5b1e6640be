import Type from 'typebox';
import { Failure } from '../../../../errors.ts';
import { queueNames } from '../../../../services/outbox/index.ts';
import { closed, text } from '../../schemas.ts';

const queue = Type.Enum([...queueNames], { description: 'requests: to clients. mail: to people.' });

export const queueParams = Type.Object({ queue }, closed);
export const deliveryParams = Type.Object(
  { queue, id: text('The id of the message.', { maxLength: 64 }) },
  closed,
);

export const deliveryNotFound = (): Failure =>
  new Failure({
    code: 'delivery_not_found',
    status: 404,
    message: 'There is no such message: it was sent, or has expired.',
  });
