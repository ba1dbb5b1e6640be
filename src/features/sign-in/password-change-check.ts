import { interactionPolicy } from 'oidc-provider';
import { engineAccountOf } from '../../provider/engine-account.ts';
import { signInTimeOf } from '../../provider/sessions/session-auth-time.ts';

/** The engine finds no account that is disabled or gone. */
export const requireLoginAfterPasswordChange = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check('outdated', 'the sign-in of this session no longer counts', 'login_required', (ctx) => {
      const { session } = ctx.oidc;
      if (session?.accountId === undefined) return false;
      return engineAccountOf(ctx)?.isSignInCurrent(signInTimeOf(session)) !== true;
    }),
  );
};
