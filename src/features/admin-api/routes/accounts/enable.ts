import { adminOperation, describeAccount } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { account, accountId } from '../../schemas.ts';

export const enableAccount = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Enable an account',
    description: 'The person can sign in again.',
    params: accountId,
    answer: account,
    takesVersion: true,
    status: 200,
    async handle({ by, params: { id }, ifVersion }) {
      const changed = await administration.accounts.setEnabled(by, id, true, { ifVersion });
      return { body: describeAccount(changed), version: changed.version };
    },
  });
