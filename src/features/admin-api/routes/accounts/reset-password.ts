import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { accountId } from '../../schemas.ts';

export const resetPassword = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Send the mail for a new password',
    description: 'The link is in the mail only, which goes to the verified address of the account.',
    params: accountId,
    status: 202,
    async handle({ by, params: { id } }) {
      await administration.accounts.startPasswordReset(by, id);
      return {};
    },
  });
