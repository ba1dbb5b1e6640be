import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const removeFactor = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove a way to sign in',
    description:
      'The last one too: a recovery link lets the person set up another. An identity is unlinked from its upstream. Sessions stay.',
    params: Type.Object(
      {
        id: text('The account: its sub.', { maxLength: 255 }),
        factor: text('The id in the list of factors.', { maxLength: 255 }),
      },
      closed,
    ),
    status: 204,
    async handle({ by, params: { id, factor } }) {
      await administration.credentials.removeFactor(by, id, factor);
      return {};
    },
  });
