import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts, Requirement } from '../accounts/index.ts';

/** In the result of the step that met a requirement: another process may have the account in its cache for a moment. */
export const metRequirement = (requirement: Requirement) => ({ [`required_${requirement}`]: {} }) as const;

/** What an operator requires of the person who signs in, and this sign-in hasn't met. */
export const pendingRequirements = async (
  { oidc: { session, result } }: KoaContextWithOIDC,
  accounts: Pick<Accounts, 'find'>,
): Promise<readonly Requirement[]> => {
  const account = session?.accountId === undefined ? undefined : await accounts.find(session.accountId);
  return (account?.required ?? []).filter((requirement) => !result?.[`required_${requirement}`]);
};

/**
 * What is required is asked right after a sign-in. Otherwise anyone at a browser that was left signed in could choose a
 * new password.
 */
export const requireLoginBeforeRequirements = (
  prompt: interactionPolicy.Prompt,
  accounts: Pick<Accounts, 'find'>,
): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'requirement',
      'the account has to sign in before what is required of it',
      'login_required',
      async (ctx) => !ctx.oidc.result?.login && (await pendingRequirements(ctx, accounts)).length > 0,
    ),
  );
};
