import { interactionPolicy } from 'oidc-provider';
import type { Interaction } from '../../provider/engine-types.ts';

const checkReason = 'another_account';

/** A step finishes with this when the person wants to continue with another account. The engine then asks for a sign-in. */
export const signInAsAnother = { another_account: true } as const;

export const addAnotherAccountCheck = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      checkReason,
      'the person asked to use another account',
      ({ oidc: { result } }) => result !== undefined && checkReason in result && !result.login,
    ),
  );
};

export const isAnotherAccountRequested = ({ prompt }: Interaction): boolean =>
  prompt.reasons.includes(checkReason);
