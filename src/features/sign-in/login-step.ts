import type { interactionPolicy } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { passwordLogin } from '../../services/sign-ins/index.ts';
import type { LoginProblem } from '../../views/pages/login.ts';
import type { SignInDependencies } from './dependencies.ts';
import type { KnownDevices } from './known-devices.ts';
import { credentialsIn, missingFields } from './login-form.ts';
import { renderLogin, renderSignedInElsewhere } from './login-views.ts';
import { reauthenticating, signedInElsewhere } from './session-account.ts';
import { emitSignIn, emitSignInRefused } from './sign-in-events.ts';

/** The engine goes to the create-account step next, also when that step sent the person here before. */
const finishWithRegistration = ({ interaction }: Visit): StepOutcome => {
  const { create: _, ...submission } = interaction.lastSubmission ?? {};
  return { finish: { ...submission, register: {} } };
};

export const createLoginStep = (
  { accounts, clock, config, events, forgotPassword, levels, notifyNewDevice, throttle }: SignInDependencies,
  devices: KnownDevices,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  const { pages } = config;
  const acceptsEmail = config.sign_in.identifiers.includes('email');
  return {
    name: 'login',
    prompt,

    async show(visit) {
      if (pages.create_account && hasQuery(visit.request, 'register')) return finishWithRegistration(visit);
      const otherTab = await signedInElsewhere(visit, accounts);
      if (!otherTab) {
        const sessionAccount = await reauthenticating(visit, accounts);
        return { show: renderLogin(visit, { pages, acceptsEmail, sessionAccount, forgotPassword }) };
      }
      // The engine decides whether the sign-in in the other tab satisfies this request.
      if (hasQuery(visit.request, 'continue')) return { finish: {} };
      return { show: renderSignedInElsewhere(visit, otherTab) };
    },

    async submit(visit, form: Form) {
      const sessionAccount = await reauthenticating(visit, accounts);
      const credentials = credentialsIn(form, sessionAccount);
      const { login, password, remember } = credentials;
      const showAgain = (problem: LoginProblem): { readonly show: string; readonly status: number } => ({
        show: renderLogin(visit, {
          pages,
          acceptsEmail,
          sessionAccount,
          forgotPassword,
          typed: { login, remember, problem },
        }),
        status: 422,
      });

      const fields = missingFields(credentials);
      if (fields.length > 0) return showAgain({ kind: 'missing', fields });

      const { headers, ip: address } = visit.request;
      const name = await accounts.nameToCount(login);
      const device = devices.findDevice(headers, name);
      const { clientId: client } = visit.client;
      const attempt = { account: name, address, client, ...(device !== undefined && { device }) };
      const verdict = await throttle.check(attempt);
      if (!verdict.allowed) {
        const { waitSeconds: seconds, isKnownDevice } = verdict;
        emitSignInRefused(events, visit, { reason: 'throttled' });
        return {
          ...showAgain({ kind: 'throttled', seconds, isKnownDevice }),
          status: 429,
          headers: { 'retry-after': String(seconds) },
        };
      }

      const account = await accounts
        .authenticate(login, password, (refusal) => emitSignInRefused(events, visit, refusal))
        .catch((error: unknown) => {
          if (error instanceof Failure && error.code === 'overloaded') {
            emitSignInRefused(events, visit, { reason: 'overloaded' });
          }
          throw error;
        });
      if (!account) {
        await verdict.failed();
        return showAgain({ kind: 'wrong' });
      }

      await verdict.succeeded();
      emitSignIn(events, visit, account.id);
      if (device === undefined) notifyNewDevice(visit, account);
      // A session keeps its kind of cookie when its owner signs in again.
      const rememberSession = sessionAccount !== undefined || (pages.remember_me && remember);
      return {
        cookies: [devices.cookieAfterSignIn(headers, name)],
        finish: {
          ...visit.interaction.lastSubmission,
          login: passwordLogin({ account, remember: rememberSession, clock, levels }),
        },
      };
    },
  };
};
