import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const removeSecret = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove a secret of a client',
    params: Type.Object(
      {
        id: text('The id of the client.', { maxLength: 255 }),
        name: text('The name of the secret.', { maxLength: 64 }),
      },
      closed,
    ),
    takesVersion: true,
    status: 204,
    async handle({ by, params: { id, name }, ifVersion }) {
      await administration.clients.removeSecret(by, id, name, { ifVersion });
      return {};
    },
  });
