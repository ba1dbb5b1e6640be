import { interactionPolicy } from 'oidc-provider';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import { isSignInEnded } from '../../services/accounts/index.ts';
import { findFirstFactor, hasFirstFactorOnly, signInAsAnother } from '../../services/sign-ins/index.ts';
import { createAskForFactor, type Usable } from './ask-for-factor.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { createSetUp } from './set-up.ts';
import { createFinish, type PendingSignIn, withoutFirst } from './sign-in.ts';

const { Check, Prompt } = interactionPolicy;

/** Before the prompt of the login step, which would ask again for as long as there is no session. */
const createPrompt = (): interactionPolicy.Prompt =>
  new Prompt(
    { name: 'second_factor', requestable: false },
    new Check('second_factor', 'the sign-in has its first factor only', 'login_required', ({ oidc }) =>
      hasFirstFactorOnly(oidc.result),
    ),
  );

export const createSecondFactorStep = (dependencies: SecondFactorDependencies): Step => {
  const { clock, factors, passkeys } = dependencies;
  const finish = createFinish(dependencies);
  const askForFactor = createAskForFactor(dependencies, finish);
  const setUp = createSetUp(dependencies, finish);

  const findPending = ({ interaction }: Visit) => findFirstFactor(interaction.lastSubmission, dependencies);

  const findUsable = async ({ account, first }: PendingSignIn): Promise<Usable> => {
    const { authenticators } = await factors.of(account);
    return {
      codes: authenticators.length > 0 && first.byPasskey !== true,
      passkeys: await passkeys.isUsableBy(account.id),
    };
  };

  /**
   * An account with a passkey sets up no app here: the first factor alone could then add the second one. Nor does a
   * sign-in that needs a passkey, which was removed meanwhile.
   */
  const maySetUp = ({ first }: PendingSignIn, usable: Usable): boolean =>
    !usable.codes && !usable.passkeys && first.byPasskey !== true;

  /** The person types the password again. */
  const startAgain = ({ interaction }: Visit): StepOutcome => ({
    finish: withoutFirst(interaction.lastSubmission),
  });

  return {
    name: 'second_factor',
    prompt: createPrompt(),

    async show(visit) {
      if (hasQuery(visit.request, 'another')) return { finish: signInAsAnother };
      const pending = await findPending(visit);
      if (!pending) return startAgain(visit);
      const usable = await findUsable(pending);
      if (maySetUp(pending, usable)) return setUp.show(visit, pending);
      if (!usable.codes && !usable.passkeys) return startAgain(visit);
      return askForFactor.show({ visit, pending, usable });
    },

    async submit(visit, form) {
      const at = clock.now();
      const pending = await findPending(visit);
      if (!pending) return startAgain(visit);
      const usable = await findUsable(pending);
      if (maySetUp(pending, usable))
        return setUp.submit(visit, pending, form).catch((error: unknown) => {
          if (isSignInEnded(error)) return startAgain(visit);
          throw error;
        });
      if (!usable.codes && !usable.passkeys) return startAgain(visit);
      if (usable.codes && setUp.isDone(visit, pending, form)) return finish(visit, { ...pending, at });
      return askForFactor.submit({ at, visit, pending, usable }, form);
    },
  };
};
