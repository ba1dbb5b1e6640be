import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { clientId } from '../../schemas.ts';

export const removeClient = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove a client',
    description: 'Its tokens are not accepted any more. This cannot be undone.',
    params: clientId,
    needsVersion: true,
    status: 204,
    async handle({ by, params: { id }, ifVersion }) {
      await administration.clients.remove(by, id, { ifVersion });
      return {};
    },
  });
