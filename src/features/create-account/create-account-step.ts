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
import { createVerifyEmail } from './verify-email.ts';

export const createAccountStep = (
  dependencies: CreateAccountDependencies,
  prompt: interactionPolicy.Prompt,
): Step => {
  const { config, clock, events, accounts, admission, throttle, levels } = dependencies;
  const { security, sign_up: signUp } = config;
  const verifyEmail = signUp.verify_email ? createVerifyEmail(dependencies) : undefined;

  const renderPage = (visit: Visit, typed: Partial<CreateAccountModel> = {}): StepOutcome => ({
    show: createAccountPage(visit.page, {
      ...typed,
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      minPasswordLength: security.password.min_length,
      emailDomains: signUp.email_domains,
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

  const finish = (visit: Visit, account: Account): StepOutcome => {
    emitSignUp(visit, { outcome: 'ok', account: account.id });
    return {
      finish: {
        ...visit.interaction.lastSubmission,
        create: {},
        login: passwordLogin({ account, remember: false, clock, levels }),
      },
    };
  };

  return {
    name: 'create',
    prompt,

    async show(visit): Promise<StepOutcome> {
      if (hasQuery(visit.request, 'sign-in')) {
        return { finish: { ...visit.interaction.lastSubmission, create: {} } };
      }
      const codePage = hasQuery(visit.request, 'change') ? undefined : await verifyEmail?.show(visit);
      return codePage ?? renderPage(visit);
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const verified = await verifyEmail?.submit(visit, form);
      if (verified) {
        if ('page' in verified) return verified.page;
        if ('account' in verified) return finish(visit, verified.account);
        const { login, name, email } = verified.typed;
        return renderPage(visit, { login, name, email, problems: [verified.problem] });
      }

      const newAccount = parseForm(form);
      const { password: _, ...typed } = newAccount;
      const found = findProblems(newAccount, {
        minPasswordLength: security.password.min_length,
        emailDomains: signUp.email_domains,
      });
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
      if (verifyEmail) {
        if (await accounts.findByUsername(newAccount.login))
          return renderPage(visit, { ...typed, problems: ['loginTaken'] });
        return verifyEmail.begin(visit, newAccount);
      }

      let account: Account;
      try {
        account = await addAccountOnce({ accounts, clock }, newAccount);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return renderPage(visit, { ...typed, problems: [problem] });
      }

      return finish(visit, account);
    },
  };
};
