import { adminOperation, describeAccount } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { account, accountId } from '../../schemas.ts';

export const disableAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Disable an account',
    description: 'The person cannot sign in any more; sessions end, and what clients hold is revoked.',
    params: accountId,
    answer: account,
    takesVersion: true,
    status: 200,
    async handle({ by, params: { id }, ifVersion }) {
      const changed = await administration.accounts.setEnabled(by, id, false, { ifVersion });
      return { body: describeAccount(changed), version: changed.version };
    },
  });
