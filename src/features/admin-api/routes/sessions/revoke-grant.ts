import Type from 'typebox';
import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { closed, text } from '../../schemas.ts';

export const revokeGrant = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Revoke a grant',
    description: 'Its code and its tokens end. What the person allowed the client stays remembered.',
    params: Type.Object({ id: text('The id of the grant.', { maxLength: 64 }) }, closed),
    status: 204,
    async handle({ by, params: { id } }) {
      await administration.sessions.revokeGrant(by, id);
      return {};
    },
  });
