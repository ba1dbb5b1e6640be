import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const revokeConsent = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Take back what an account allowed a client',
    description: 'Everything that the client holds for the account ends, and the person is asked again.',
    params: Type.Object(
      {
        id: text('The account: its sub.', { maxLength: 255 }),
        client: text('The id of the client.', { maxLength: 255 }),
      },
      closed,
    ),
    status: 204,
    async handle({ by, params: { id, client } }) {
      await administration.sessions.revokeConsent(by, id, client);
      return {};
    },
  });
