import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Accounts, Requirement } from '../accounts/index.ts';

/** In the result of the step that met a requirement: another process may have the account in its cache for a moment. */
export const metRequirement = (requirement: Requirement) => ({ [`required_${requirement}`]: {} }) as const;

/** What an operator requires of the person after the sign-in, and this one hasn't met. A second factor comes before it. */
export const pendingRequirements = async (
  { oidc: { session, result } }: KoaContextWithOIDC,
  accounts: Pick<Accounts, 'find'>,
): Promise<readonly Requirement[]> => {
  const account = session?.accountId === undefined ? undefined : await accounts.find(session.accountId);
  return (account?.required ?? []).filter(
    (requirement) => requirement !== 'factor' && !result?.[`required_${requirement}`],
  );
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

/** A second factor that an operator requires is set up in a sign-in, before there is a session. */
export const requireLoginBeforeFactor = (
  prompt: interactionPolicy.Prompt,
  accounts: Pick<Accounts, 'find'>,
): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'required_factor',
      'the account has to sign in with a second factor',
      'login_required',
      async ({ oidc: { session, result } }) => {
        if (session?.accountId === undefined || result?.login) return false;
        return (await accounts.find(session.accountId))?.required?.includes('factor') === true;
      },
    ),
  );
};
