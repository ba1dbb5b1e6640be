import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId } from '../../schemas.ts';

export const removeAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Remove an account',
    description: 'Its sessions end, and what clients hold for it is revoked. This cannot be undone.',
    params: accountId,
    needsVersion: true,
    status: 204,
    async handle({ by, params: { id }, ifVersion }) {
      await administration.accounts.remove(by, id, { ifVersion });
      return {};
    },
  });
