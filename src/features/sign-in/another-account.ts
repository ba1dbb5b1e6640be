import { interactionPolicy } from 'oidc-provider';
import type { Interaction } from '../../http/interactions/step.ts';

const reason = 'another_account';

/** What a step finishes with when the person wants to go on as somebody else: the engine asks for a sign-in then. */
export const anotherAccount = { another_account: true } as const;

export const askForAnother = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(
      reason,
      'another account was asked for',
      ({ oidc: { result } }) => result !== undefined && reason in result && !result.login,
    ),
  );
};

export const wantsAnother = ({ prompt }: Interaction): boolean => prompt.reasons.includes(reason);
