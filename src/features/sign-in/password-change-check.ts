import { interactionPolicy } from 'oidc-provider';
import type { Accounts } from '../../services/accounts/index.ts';
import { findSignedInAccount } from '../../services/sign-ins/index.ts';

export const requireLoginAfterPasswordChange = (
  prompt: interactionPolicy.Prompt,
  accounts: Pick<Accounts, 'find'>,
): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'outdated',
      'the sign-in of this session no longer counts',
      'login_required',
      async ({ oidc: { session } }) =>
        session?.accountId !== undefined && (await findSignedInAccount(session, accounts)) === undefined,
    ),
  );
};
