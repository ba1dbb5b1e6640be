import {
  accountNotFound,
  adminOperation,
  describeAccount,
} from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { account, accountId } from '../../schemas.ts';

export const getAccount = ({ accounts }: Pick<AdminApiDependencies, 'accounts'>) =>
  adminOperation({
    summary: 'Read an account',
    params: accountId,
    answer: account,
    status: 200,
    async handle({ params: { id } }) {
      const found = await accounts.find(id);
      if (found === undefined) throw accountNotFound();
      return { body: describeAccount(found), version: found.version };
    },
  });
