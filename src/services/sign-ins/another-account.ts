import { interactionPolicy } from 'oidc-provider';
import type { Interaction } from '../../http/interactions/step.ts';

const checkReason = 'another_account';

/** What a step finishes with when the person wants to go on as somebody else: the engine asks for a sign-in then. */
export const signInAsAnother = { another_account: true } as const;

export const addAnotherAccountCheck = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      checkReason,
      'another account was asked for',
      ({ oidc: { result } }) => result !== undefined && checkReason in result && !result.login,
    ),
  );
};

export const isAnotherAccountRequested = ({ prompt }: Interaction): boolean =>
  prompt.reasons.includes(checkReason);
