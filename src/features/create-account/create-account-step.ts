import type { interactionPolicy } from 'oidc-provider';
import type { SecurityEvent } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form, Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { networkOf } from '../../services/throttle/index.ts';
import { type CreateAccountModel, createAccountPage } from '../../views/pages/create-account.ts';
import { findProblems, type NewAccount, parseForm, problemOf } from './form.ts';
import type { CreateAccountDependencies } from './index.ts';

const sameFormWithinMs = 60_000;

export const createAccountStep = (
  { config, clock, events, accounts, throttle, levels }: CreateAccountDependencies,
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

  /** The form was sent twice, as by two quick presses: the account of that name is theirs already. */
  const findJustCreated = async ({ login, password, email }: NewAccount): Promise<Account | undefined> => {
    const account = await accounts.findByUsername(login);
    const age = clock.now() - (account?.createdAt ?? 0);
    return age < sameFormWithinMs && account?.claims['email'] === email
      ? accounts.authenticate(login, password)
      : undefined;
  };

  const addOrFindJustCreated = async (newAccount: NewAccount): Promise<Account> => {
    const { login: username, password, name, email } = newAccount;
    const claims = { email, email_verified: false, ...(name !== '' && { name }) };
    try {
      return await accounts.add({ username, password, claims });
    } catch (error) {
      const justCreated = await findJustCreated(newAccount);
      if (justCreated) return justCreated;
      throw error;
    }
  };

  return {
    name: 'create',
    prompt,

    async show(visit): Promise<StepOutcome> {
      const { query } = visit.request;
      // They have one after all: signing in comes next.
      if (typeof query === 'object' && query !== null && 'sign-in' in query) {
        return { finish: { ...visit.interaction.lastSubmission, create: {} } };
      }
      return renderPage(visit);
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const newAccount = parseForm(form);
      const { password: _, ...typed } = newAccount;
      const problems = findProblems(newAccount, security.password.min_length);
      if (problems.length > 0) return renderPage(visit, { ...typed, problems });
      const verdict = await throttle.take(
        'create-account',
        networkOf(visit.request.ip),
        security.throttle.registration_per_address,
      );
      if (!verdict.allowed) {
        const { waitSeconds } = verdict;
        emitSignUp(visit, { outcome: 'refused', reason: 'throttled' });
        const headers = { 'retry-after': String(waitSeconds) };
        return { ...renderPage(visit, { ...typed, waitSeconds }), status: 429, headers };
      }
      let account: Account;
      try {
        account = await addOrFindJustCreated(newAccount);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return renderPage(visit, { ...typed, problems: [problem] });
      }
      emitSignUp(visit, { outcome: 'ok', account: account.id });
      const acr = levels.reachedBy(account);
      return {
        finish: {
          ...visit.interaction.lastSubmission,
          create: {},
          login: {
            accountId: account.id,
            remember: false,
            ts: Math.floor(clock.now() / 1000),
            amr: ['pwd'],
            ...(acr !== undefined && { acr }),
          },
        },
      };
    },
  };
};
