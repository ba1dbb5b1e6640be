import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const endSession = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'End a session',
    description: 'Grants with `offline_access` stay. Clients with a back-channel logout URI are notified.',
    params: Type.Object({ id: text('The id of the session.', { maxLength: 64 }) }, closed),
    status: 204,
    async handle({ by, params: { id } }) {
      await administration.sessions.end(by, id);
      return {};
    },
  });
