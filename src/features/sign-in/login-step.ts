import type { interactionPolicy } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form, Outcome, Step, Visit } from '../../http/interactions/step.ts';
import { currentWork } from '../../store/current-work.ts';
import { type LoginModel, type LoginProblem, loginPage } from '../../views/pages/login.ts';
import { signedInPage } from '../../views/pages/signed-in.ts';
import type { Account, SignInRefused } from '../accounts/index.ts';
import { wantsAnother } from './another-account.ts';
import type { SignInParts } from './index.ts';
import type { KnownDevices } from './known-devices.ts';

const asks = ({ request }: Visit, wish: 'another' | 'continue' | 'register'): boolean =>
  typeof request.query === 'object' && request.query !== null && wish in request.query;

const missingIn = (login: string, password: string): readonly ('login' | 'password')[] => [
  ...(login === '' ? (['login'] as const) : []),
  ...(password === '' ? (['password'] as const) : []),
];

export const createLoginStep = (
  { accounts, clock, config, events, levels, throttle }: SignInParts,
  devices: KnownDevices,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  const somebodyElse = (visit: Visit): boolean => asks(visit, 'another') || wantsAnother(visit.interaction);

  const whoIs = async (id: string | undefined): Promise<Account | undefined> => {
    const account = id === undefined ? undefined : await accounts.find(id);
    return account?.enabled ? account : undefined;
  };

  /** Somebody is signed in and has to prove it again: the name stays, unless they say that it isn't them. */
  const known = async (visit: Visit): Promise<Account | undefined> => {
    return somebodyElse(visit) ? undefined : whoIs(visit.interaction.session?.accountId);
  };

  /** Nobody was signed in when this page came up, and now somebody is: they did it in another tab. */
  const meanwhile = async (visit: Visit): Promise<Account | undefined> => {
    const { interaction } = visit;
    const must = interaction.session !== undefined || interaction.prompt.reasons.includes('login_prompt');
    if (must || somebodyElse(visit)) return undefined;
    return whoIs(await visit.signedIn());
  };

  const page = (
    visit: Visit,
    again: Account | undefined,
    typed: Partial<LoginModel> = {},
    answer: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
  ): Outcome => {
    const hint = visit.interaction.params['login_hint'];
    const hinted =
      typeof hint === 'string' && !wantsAnother(visit.interaction) ? hint.slice(0, 256) : undefined;
    const login = again?.username ?? typed.login ?? hinted;
    const another = `${visit.action}?another=yes`;
    const model: LoginModel = {
      ...typed,
      action: asks(visit, 'another') ? another : visit.action,
      csrf: visit.csrf,
      client: faceOf(visit.client),
      ...(login !== undefined && { login }),
      ...(config.pages.remember_me && { remember: typed.remember ?? false }),
      ...(again && { again: { switchTo: another } }),
      ...(config.pages.create_account && !again && { register: { href: `${visit.action}?register=yes` } }),
    };
    return { show: loginPage(visit.page, model), ...answer };
  };

  const note = (visit: Visit, outcome: 'ok' | 'refused', reason?: string, account?: string): void => {
    const tell = (): void =>
      events.emit({
        type: 'sign-in',
        outcome,
        client: visit.client.clientId,
        address: visit.request.ip,
        correlation: visit.request.id,
        ...(reason !== undefined && { reason }),
        ...(account !== undefined && { account }),
      });
    const work = currentWork();
    if (work && outcome === 'ok') work.afterCommit(tell);
    else tell();
  };

  return {
    name: 'login',
    prompt,

    async show(visit) {
      // The engine comes to the step where an account is made.
      if (config.pages.create_account && asks(visit, 'register')) {
        const { create: _, ...before } = visit.interaction.lastSubmission ?? {};
        return { finish: { ...before, register: {} } };
      }
      const person = await meanwhile(visit);
      if (!person) return page(visit, await known(visit));
      // Whether what they did is enough for this request is for the engine to say.
      if (asks(visit, 'continue')) return { finish: {} };
      const email = person.claims['email'];
      return {
        show: signedInPage(visit.page, {
          account: { name: person.username, ...(typeof email === 'string' && { detail: email }) },
          client: faceOf(visit.client),
          continueTo: `${visit.action}?continue=yes`,
          switchTo: `${visit.action}?another=yes`,
        }),
      };
    },

    async submit(visit, form: Form) {
      const again = await known(visit);
      const login = again?.username ?? (form['login'] ?? '').trim();
      const password = form['password'] ?? '';
      const refused = (problem: LoginProblem, status = 422, headers: Readonly<Record<string, string>> = {}) =>
        page(visit, again, { login, remember: form['remember'] === 'yes', problem }, { status, headers });

      const fields = missingIn(login, password);
      if (fields.length > 0) return refused({ kind: 'missing', fields });

      const { headers, ip: address } = visit.request;
      const device = devices.deviceFor(headers, login);
      const { clientId: client } = visit.client;
      const attempt = { account: login, address, client, ...(device !== undefined && { device }) };
      const verdict = await throttle.check(attempt);
      if (!verdict.allowed) {
        const { waitSeconds: seconds } = verdict;
        note(visit, 'refused', 'throttled');
        return refused({ kind: 'throttled', seconds }, 429, { 'retry-after': String(seconds) });
      }
      const told = ({ reason, account }: SignInRefused): void => note(visit, 'refused', reason, account);
      const account = await accounts.authenticate(login, password, told).catch((error: unknown) => {
        if (error instanceof Failure && error.code === 'overloaded') note(visit, 'refused', 'overloaded');
        throw error;
      });
      if (!account) {
        await throttle.failed(attempt);
        return refused({ kind: 'wrong' });
      }
      await throttle.succeeded(attempt);
      note(visit, 'ok', undefined, account.id);
      const acr = levels.reachedBy(account);
      return {
        cookies: [devices.remember(headers, login)],
        finish: {
          ...visit.interaction.lastSubmission,
          login: {
            accountId: account.id,
            // Signing in again leaves the session as lasting as it is.
            remember: again !== undefined || (config.pages.remember_me && form['remember'] === 'yes'),
            ts: Math.floor(clock.now() / 1000),
            amr: ['pwd'],
            ...(acr !== undefined && { acr }),
          },
        },
      };
    },
  };
};
