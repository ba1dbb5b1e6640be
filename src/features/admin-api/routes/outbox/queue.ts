import Type from 'typebox';
import { queueNames } from '../../../../services/outbox/index.ts';
import { closed, text } from '../../schemas.ts';

const queue = Type.Enum([...queueNames], { description: 'requests: to clients. mail: to people.' });

export const queueParams = Type.Object({ queue }, closed);
export const deliveryParams = Type.Object({ id: text('The id of the message.', { maxLength: 64 }) }, closed);
