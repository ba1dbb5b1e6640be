import { adminOperation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { linkResult } from '../../link-result.ts';
import { accountId, shownLink } from '../../schemas.ts';

export const makeRecoveryLink = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'Make a recovery link',
    description:
      'For a person who lost the password or the device. The link works once, and the answer shows it this once. It is enough to take over the account, so pass it on to the person alone.',
    params: accountId,
    answer: shownLink,
    status: 201,
    async handle({ by, params: { id } }) {
      return linkResult(await administration.credentials.makeRecoveryLink(by, id));
    },
  });
