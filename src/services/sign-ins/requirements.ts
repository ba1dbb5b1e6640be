import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { engineAccountOf } from '../../provider/engine-account.ts';
import type { Requirement } from '../accounts/index.ts';

/** The result of the step says that it met a requirement: another process may still have the former account cached. */
export const metRequirement = (requirement: Requirement) => ({ [`required_${requirement}`]: {} }) as const;

/** What an operator requires of the person after the sign-in, and this one hasn't met. A second factor comes before it. */
export const pendingRequirements = (ctx: KoaContextWithOIDC): readonly string[] => {
  const required = engineAccountOf(ctx)?.required() ?? [];
  return required.filter(
    (requirement) => requirement !== 'factor' && !ctx.oidc.result?.[`required_${requirement}`],
  );
};

/**
 * What is required is asked right after a sign-in. Otherwise anyone at a browser that was left signed in could choose a
 * new password.
 */
export const requireLoginBeforeRequirements = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'requirement',
      'the account has to sign in before what is required of it',
      'login_required',
      (ctx) => !ctx.oidc.result?.login && pendingRequirements(ctx).length > 0,
    ),
  );
};

/** A second factor that an operator requires is set up in a sign-in, before there is a session. */
export const requireLoginBeforeFactor = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      'required_factor',
      'the account has to sign in with a second factor',
      'login_required',
      (ctx) => !ctx.oidc.result?.login && engineAccountOf(ctx)?.required().includes('factor') === true,
    ),
  );
};
