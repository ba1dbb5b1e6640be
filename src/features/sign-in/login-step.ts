import type { interactionPolicy } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form, Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Account, SignInRefused } from '../../services/accounts/index.ts';
import { isAnotherAccountRequested } from '../../services/sign-ins/another-account.ts';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import { type LoginModel, type LoginProblem, loginPage } from '../../views/pages/login.ts';
import { signedInPage } from '../../views/pages/signed-in.ts';
import type { SignInDependencies } from './index.ts';
import type { KnownDevices } from './known-devices.ts';

const hasQuery = ({ request }: Visit, name: 'another' | 'continue' | 'register'): boolean =>
  typeof request.query === 'object' && request.query !== null && name in request.query;

const missingFields = (login: string, password: string): readonly ('login' | 'password')[] => [
  ...(login === '' ? (['login'] as const) : []),
  ...(password === '' ? (['password'] as const) : []),
];

export const createLoginStep = (
  { accounts, clock, config, events, levels, throttle }: SignInDependencies,
  devices: KnownDevices,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  const isSwitchingAccount = (visit: Visit): boolean =>
    hasQuery(visit, 'another') || isAnotherAccountRequested(visit.interaction);

  const enabledAccount = async (id: string | undefined): Promise<Account | undefined> => {
    const account = id === undefined ? undefined : await accounts.find(id);
    return account?.enabled ? account : undefined;
  };

  /** Somebody is signed in and has to prove it again: the name stays, unless they say that it isn't them. */
  const reauthenticating = async (visit: Visit): Promise<Account | undefined> => {
    return isSwitchingAccount(visit) ? undefined : enabledAccount(visit.interaction.session?.accountId);
  };

  /** Nobody was signed in when this page came up, and now somebody is: they did it in another tab. */
  const signedInElsewhere = async (visit: Visit): Promise<Account | undefined> => {
    const { interaction } = visit;
    const mustSignIn =
      interaction.session !== undefined || interaction.prompt.reasons.includes('login_prompt');
    if (mustSignIn || isSwitchingAccount(visit)) return undefined;
    return enabledAccount(await visit.signedIn());
  };

  const renderPage = (
    visit: Visit,
    sessionAccount: Account | undefined,
    typed: Partial<LoginModel> = {},
    response: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ): StepOutcome => {
    const hint = visit.interaction.params['login_hint'];
    const hinted =
      typeof hint === 'string' && !isAnotherAccountRequested(visit.interaction)
        ? hint.slice(0, 256)
        : undefined;
    const login = sessionAccount?.username ?? typed.login ?? hinted;
    const switchTo = `${visit.action}?another=yes`;
    const model: LoginModel = {
      ...typed,
      action: hasQuery(visit, 'another') ? switchTo : visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      ...(login !== undefined && { login }),
      ...(config.pages.remember_me && { remember: typed.remember ?? false }),
      ...(sessionAccount && { reauthentication: { switchTo: switchTo } }),
      ...(config.pages.create_account &&
        !sessionAccount && { register: { href: `${visit.action}?register=yes` } }),
    };
    return { show: loginPage(visit.page, model), ...response };
  };

  const emitSignIn = (visit: Visit, outcome: 'ok' | 'refused', reason?: string, account?: string): void => {
    const emit = (): void =>
      events.emit({
        type: 'sign-in',
        outcome,
        client: visit.client.clientId,
        address: visit.request.ip,
        correlation: visit.request.id,
        ...(reason !== undefined && { reason }),
        ...(account !== undefined && { account }),
      });
    const work = currentUnitOfWork();
    if (work && outcome === 'ok') work.afterCommit(emit);
    else emit();
  };

  return {
    name: 'login',
    prompt,

    async show(visit) {
      // The engine comes to the step where an account is made.
      if (config.pages.create_account && hasQuery(visit, 'register')) {
        const { create: _, ...before } = visit.interaction.lastSubmission ?? {};
        return { finish: { ...before, register: {} } };
      }
      const person = await signedInElsewhere(visit);
      if (!person) return renderPage(visit, await reauthenticating(visit));
      // Whether what they did is enough for this request is for the engine to say.
      if (hasQuery(visit, 'continue')) return { finish: {} };
      const email = person.claims['email'];
      return {
        show: signedInPage(visit.page, {
          account: { name: person.username, ...(typeof email === 'string' && { detail: email }) },
          client: displayOf(visit.client),
          continueTo: `${visit.action}?continue=yes`,
          switchTo: `${visit.action}?another=yes`,
        }),
      };
    },

    async submit(visit, form: Form) {
      const sessionAccount = await reauthenticating(visit);
      const login = sessionAccount?.username ?? (form['login'] ?? '').trim();
      const password = form['password'] ?? '';
      const refused = (problem: LoginProblem, status = 422, headers: Readonly<Record<string, string>> = {}) =>
        renderPage(
          visit,
          sessionAccount,
          { login, remember: form['remember'] === 'yes', problem },
          { status, headers },
        );

      const fields = missingFields(login, password);
      if (fields.length > 0) return refused({ kind: 'missing', fields });

      const { headers, ip: address } = visit.request;
      const device = devices.findDevice(headers, login);
      const { clientId: client } = visit.client;
      const attempt = { account: login, address, client, ...(device !== undefined && { device }) };
      const verdict = await throttle.check(attempt);
      if (!verdict.allowed) {
        const { waitSeconds: seconds } = verdict;
        emitSignIn(visit, 'refused', 'throttled');
        return refused({ kind: 'throttled', seconds }, 429, { 'retry-after': String(seconds) });
      }
      const onRefused = ({ reason, account }: SignInRefused): void =>
        emitSignIn(visit, 'refused', reason, account);
      const account = await accounts.authenticate(login, password, onRefused).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'overloaded')
          emitSignIn(visit, 'refused', 'overloaded');
        throw error;
      });
      if (!account) {
        await throttle.failed(attempt);
        return refused({ kind: 'wrong' });
      }
      await throttle.succeeded(attempt);
      emitSignIn(visit, 'ok', undefined, account.id);
      const acr = levels.reachedBy(account);
      return {
        cookies: [devices.cookieAfterSignIn(headers, login)],
        finish: {
          ...visit.interaction.lastSubmission,
          login: {
            accountId: account.id,
            // Signing in again leaves the session as lasting as it is.
            remember:
              sessionAccount !== undefined || (config.pages.remember_me && form['remember'] === 'yes'),
            ts: Math.floor(clock.now() / 1000),
            amr: ['pwd'],
            ...(acr !== undefined && { acr }),
          },
        },
      };
    },
  };
};
