import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const revokeInvitation = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Revoke an invitation',
    description: 'Its link works no more, and a mail that still waits is not sent.',
    params: Type.Object({ id: text('The id of the invitation.', { maxLength: 64 }) }, closed),
    status: 204,
    async handle({ by, params: { id } }) {
      await administration.invitations.revoke(by, id);
      return {};
    },
  });
