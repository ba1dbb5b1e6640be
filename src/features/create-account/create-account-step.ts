import type { interactionPolicy } from 'oidc-provider';
import type { SecurityEvent } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { findProblems, parseForm, problemOf } from '../../services/account-forms/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import { passwordLogin } from '../../services/sign-ins/index.ts';
import { type CreateAccountModel, createAccountPage } from '../../views/pages/create-account.ts';
import { addAccountOnce, findBrokenRules } from './add-account.ts';
import type { CreateAccountDependencies } from './dependencies.ts';

export const createAccountStep = (
  { config, clock, events, accounts, admission, throttle, levels }: CreateAccountDependencies,
  prompt: interactionPolicy.Prompt,
): Step => {
  const { security } = config;

  const renderPage = (visit: Visit, typed: Partial<CreateAccountModel> = {}): StepOutcome => ({
    show: createAccountPage(visit.page, {
      ...typed,
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      minPasswordLength: security.password.min_length,
      signIn: { href: `${visit.action}?sign-in=yes` },
    }),
    status: typed.problems ? 422 : 200,
  });

  const emitSignUp = (
    { client, request }: Visit,
    result: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'sign-up',
      ...result,
      client: client.clientId,
      address: request.ip,
      correlation: request.id,
    });

  return {
    name: 'create',
    prompt,

    async show(visit): Promise<StepOutcome> {
      if (hasQuery(visit.request, 'sign-in')) {
        return { finish: { ...visit.interaction.lastSubmission, create: {} } };
      }
      return renderPage(visit);
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const newAccount = parseForm(form);
      const { password: _, ...typed } = newAccount;
      const found = findProblems(newAccount, security.password.min_length);
      const problems = found.length > 0 ? found : findBrokenRules(accounts, newAccount);
      if (problems.length > 0) return renderPage(visit, { ...typed, problems });

      const verdict = await throttle.takeByAddress(
        'create-account',
        visit.request.ip,
        security.throttle.registration_per_address,
      );
      if (!verdict.allowed) {
        const { waitSeconds } = verdict;
        emitSignUp(visit, { outcome: 'refused', reason: 'throttled' });
        const headers = { 'retry-after': String(waitSeconds) };
        return { ...renderPage(visit, { ...typed, waitSeconds }), status: 429, headers };
      }

      admission.assertRoomToLast();
      let account: Account;
      try {
        account = await addAccountOnce({ accounts, clock }, newAccount);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return renderPage(visit, { ...typed, problems: [problem] });
      }

      emitSignUp(visit, { outcome: 'ok', account: account.id });
      return {
        finish: {
          ...visit.interaction.lastSubmission,
          create: {},
          login: passwordLogin({ account, remember: false, clock, levels }),
        },
      };
    },
  };
};
