import { interactionPolicy } from 'oidc-provider';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import { findFirstFactor, hasFirstFactorOnly, signInAsAnother } from '../../services/sign-ins/index.ts';
import { createAskForCode } from './ask-for-code.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { createSetUp } from './set-up.ts';
import { createFinish, withoutFirst } from './sign-in.ts';

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
  const { factors } = dependencies;
  const finish = createFinish(dependencies);
  const askForCode = createAskForCode(dependencies, finish);
  const setUp = createSetUp(dependencies, finish);

  const findPending = ({ interaction }: Visit) => findFirstFactor(interaction.lastSubmission, dependencies);

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
      const { authenticators } = await factors.of(pending.account);
      return authenticators.length > 0 ? askForCode.show(visit, pending) : setUp.show(visit, pending);
    },

    async submit(visit, form) {
      const pending = await findPending(visit);
      if (!pending) return startAgain(visit);
      const { authenticators } = await factors.of(pending.account);
      if (authenticators.length === 0) return setUp.submit(visit, pending, form);
      if (setUp.isDone(visit, pending, form)) return finish(visit, pending);
      return askForCode.submit(visit, pending, form);
    },
  };
};
