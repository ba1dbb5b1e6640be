import type { interactionPolicy } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { type LoginModel, type LoginProblem, loginPage } from '../../views/pages/login.ts';
import type { Account } from '../accounts/index.ts';
import type { SignInParts } from './index.ts';

export const createLoginStep = (
  { accounts, clock, config, events, levels, throttle }: SignInParts,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  /** Somebody is signed in and has to prove it again: the name stays, unless they say that it isn't them. */
  const known = async ({ interaction, request }: Visit): Promise<Account | undefined> => {
    const id = interaction.session?.accountId;
    const another = typeof request.query === 'object' && request.query !== null && 'another' in request.query;
    return id === undefined || another ? undefined : accounts.find(id);
  };

  const page = async (visit: Visit, typed: Partial<LoginModel> = {}, status = 200): Promise<Outcome> => {
    const again = await known(visit);
    const hint = visit.interaction.params['login_hint'];
    const login =
      again?.username ?? typed.login ?? (typeof hint === 'string' ? hint.slice(0, 256) : undefined);
    const model: LoginModel = {
      ...typed,
      action: visit.action,
      csrf: visit.csrf,
      client: faceOf(visit.client),
      ...(login !== undefined && { login }),
      ...(config.pages.remember_me && { remember: typed.remember ?? false }),
      ...(again && { again: { switchTo: `${visit.action}?another=yes` } }),
    };
    return { show: loginPage(visit.page, model), status };
  };

  const refused = (visit: Visit, form: Form, problem: LoginProblem, status = 422): Promise<Outcome> =>
    page(visit, { login: form['login'] ?? '', remember: form['remember'] === 'yes', problem }, status);

  const note = (visit: Visit, outcome: 'ok' | 'refused', reason?: string, account?: string): void =>
    events.emit({
      type: 'sign-in',
      outcome,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
      ...(reason !== undefined && { reason }),
      ...(account !== undefined && { account }),
    });

  return {
    name: 'login',
    prompt,
    show: (visit) => page(visit),

    async submit(visit, form) {
      const login = (form['login'] ?? '').trim();
      const password = form['password'] ?? '';
      const missing = (
        [
          ['login', login],
          ['password', password],
        ] as const
      ).filter(([, value]) => value === '');
      if (missing.length > 0)
        return refused(visit, form, { kind: 'missing', fields: missing.map(([name]) => name) });

      const attempt = { account: login, address: visit.request.ip };
      const verdict = await throttle.check(attempt);
      if (!verdict.allowed) {
        note(visit, 'refused', 'throttled');
        return refused(visit, form, { kind: 'throttled', seconds: verdict.waitSeconds }, 429);
      }
      const account = await accounts.authenticate(login, password).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'overloaded') note(visit, 'refused', 'overloaded');
        throw error;
      });
      if (!account) {
        await throttle.failed(attempt);
        note(visit, 'refused', 'wrong_credentials');
        return refused(visit, form, { kind: 'wrong' });
      }
      await throttle.succeeded(attempt);
      note(visit, 'ok', undefined, account.id);
      const acr = levels.reachedBy(account);
      return {
        finish: {
          login: {
            accountId: account.id,
            remember: !config.pages.remember_me || form['remember'] === 'yes',
            ts: Math.floor(clock.now() / 1000),
            amr: ['pwd'],
            ...(acr !== undefined && { acr }),
          },
        },
      };
    },
  };
};
