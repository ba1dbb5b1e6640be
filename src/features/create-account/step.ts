import type { interactionPolicy } from 'oidc-provider';
import type { SecurityEvent } from '../../events.ts';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { type CreateAccountModel, createAccountPage } from '../../views/pages/create-account.ts';
import type { Account } from '../accounts/index.ts';
import { network } from '../throttle/index.ts';
import { problemIn, problemsOf, type Wanted, wantedIn } from './form.ts';
import type { CreateAccountParts } from './index.ts';

const sentTwiceMs = 60_000;

export const createCreateStep = (
  { config, clock, events, accounts, throttle, levels }: CreateAccountParts,
  prompt: interactionPolicy.Prompt,
): Step => {
  const { security } = config;

  const page = (visit: Visit, typed: Partial<CreateAccountModel> = {}): Outcome => ({
    show: createAccountPage(visit.page, {
      ...typed,
      action: visit.action,
      csrf: visit.csrf,
      client: faceOf(visit.client),
      leastPassword: security.password.min_length,
      signIn: { href: `${visit.action}?sign-in=yes` },
    }),
    status: typed.problems ? 422 : 200,
  });

  const note = (
    { client, request }: Visit,
    told: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'sign-up',
      ...told,
      client: client.clientId,
      address: request.ip,
      correlation: request.id,
    });

  /** The form was sent twice, as by two quick presses: the account of that name is theirs already. */
  const madeJustNow = async ({ login, password, email }: Wanted): Promise<Account | undefined> => {
    const account = await accounts.findByUsername(login);
    const age = clock.now() - (account?.createdAt ?? 0);
    return age < sentTwiceMs && account?.claims['email'] === email
      ? accounts.authenticate(login, password)
      : undefined;
  };

  const add = async (wanted: Wanted): Promise<Account> => {
    const { login: username, password, name, email } = wanted;
    const claims = { email, email_verified: false, ...(name !== '' && { name }) };
    try {
      return await accounts.add({ username, password, claims });
    } catch (error) {
      const made = await madeJustNow(wanted);
      if (made) return made;
      throw error;
    }
  };

  return {
    name: 'create',
    prompt,

    async show(visit): Promise<Outcome> {
      const { query } = visit.request;
      // They have one after all: signing in comes next.
      if (typeof query === 'object' && query !== null && 'sign-in' in query) {
        return { finish: { ...visit.interaction.lastSubmission, create: {} } };
      }
      return page(visit);
    },

    async submit(visit: Visit, form: Form): Promise<Outcome> {
      const wanted = wantedIn(form);
      const { password: _, ...typed } = wanted;
      const problems = problemsOf(wanted, security.password.min_length);
      if (problems.length > 0) return page(visit, { ...typed, problems });
      const verdict = await throttle.take(
        'create-account',
        network(visit.request.ip),
        security.throttle.registration_per_address,
      );
      if (!verdict.allowed) {
        const { waitSeconds } = verdict;
        note(visit, { outcome: 'refused', reason: 'throttled' });
        const headers = { 'retry-after': String(waitSeconds) };
        return { ...page(visit, { ...typed, waitSeconds }), status: 429, headers };
      }
      let account: Account;
      try {
        account = await add(wanted);
      } catch (error) {
        const problem = problemIn(error);
        if (problem === undefined) throw error;
        return page(visit, { ...typed, problems: [problem] });
      }
      note(visit, { outcome: 'ok', account: account.id });
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
