import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId } from '../../schemas.ts';

export const unlockAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'End the wait after wrong passwords and codes',
    description:
      'The failures of strangers are forgotten, and each address that tried in the last day has one attempt at once. An account is unlocked five times a day at most (429).',
    params: accountId,
    status: 204,
    async handle({ by, params: { id } }) {
      await administration.credentials.unlock(by, id);
      return {};
    },
  });
