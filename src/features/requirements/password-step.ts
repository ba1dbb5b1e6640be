import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import { type Account, ifStillSignedIn, isSignInEnded } from '../../services/accounts/index.ts';
import { createCheckRepeated, metRequirement } from '../../services/sign-ins/index.ts';
import { requiredPasswordPage } from '../../views/pages/required-password.ts';
import type { RequirementsDependencies } from './dependencies.ts';
import { createRequirementPrompt, requiredOf } from './prompt.ts';
import { createSignInAgain } from './sign-in-again.ts';

export const createPasswordStep = (dependencies: RequirementsDependencies): Step => {
  const { config, clock, accounts, completeSignIn } = dependencies;
  const checkRepeated = createCheckRepeated(dependencies);
  const signInAgain = createSignInAgain(dependencies);
  const { min_length: minPasswordLength } = config.security.password;

  const showForm = (
    { page, action, csrf, client }: Visit,
    account: Account,
    problem?: NewAccountProblem | 'passwordSame',
  ): StepOutcome => ({
    show: requiredPasswordPage(page, {
      action,
      csrf,
      client: displayOf(client),
      account: account.username,
      minPasswordLength,
      problem,
    }),
    status: problem === undefined ? 200 : 422,
  });

  /**
   * A form that arrives twice, as by a double click, has the password that the first one set. What it answers is what the
   * person sees, and it must not undo the sign-in of the first one. Any other form leads to a new sign-in.
   */
  const answerLate = async (visit: Visit, form: Form): Promise<StepOutcome> => {
    const { lastSubmission, session, uid } = visit.interaction;
    const cached = await accounts.find(session?.accountId ?? '');
    // As the first form has left it: the copy may be from before.
    const account = cached && (await accounts.findByUsername(cached.username));
    const isSet = account?.enabled === true && account.required?.includes('password') !== true;
    if (!isSet || !(await checkRepeated(uid, account, form['password'] ?? '')))
      return { finish: { ...lastSubmission } };
    const remember = lastSubmission?.login?.remember !== false;
    const result = await completeSignIn(visit, { account, amr: ['pwd'], remember });
    return { finish: { ...lastSubmission, ...metRequirement('password'), ...result } };
  };

  return {
    name: 'required_password',
    prompt: createRequirementPrompt('password'),

    async show(visit): Promise<StepOutcome> {
      const account = await requiredOf('password', visit, accounts);
      if (!account) return { finish: { ...visit.interaction.lastSubmission } };
      return signInAgain(visit, account) ?? showForm(visit, account);
    },

    async submit(visit, form: Form): Promise<StepOutcome> {
      const { lastSubmission, session } = visit.interaction;
      const account = await requiredOf('password', visit, accounts);
      if (!account) return answerLate(visit, form);
      const again = signInAgain(visit, account, form);
      if (again) return again;
      const password = form['password'] ?? '';
      if (password === '') return showForm(visit, account, 'passwordMissing');
      if (await accounts.authenticate(account.username, password))
        return showForm(visit, account, 'passwordSame');
      try {
        await accounts.setPassword(account.id, password, { check: ifStillSignedIn(account) });
      } catch (error) {
        if (isSignInEnded(error)) return answerLate(visit, form);
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return showForm(visit, account, problem);
      }
      const now = clock.now();
      return {
        finish: {
          ...lastSubmission,
          ...metRequirement('password'),
          // The new password has ended the sign-in by the former one.
          login: {
            remember: true,
            ...lastSubmission?.login,
            ...(session?.acr !== undefined && { acr: session.acr }),
            ...(session?.amr !== undefined && { amr: session.amr }),
            accountId: account.id,
            ts: Math.floor(now / 1000),
            ms: now % 1000,
            authTs: undefined,
            saidTs: undefined,
          },
        },
      };
    },
  };
};
