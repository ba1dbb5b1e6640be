import type { interactionPolicy } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { isPasskeyForm, offerPasskey, passkeyMethods } from '../../services/sign-ins/index.ts';
import type { LoginModel, LoginProblem } from '../../views/pages/login.ts';
import { type CodeSignIn, codeActionOf, createCodeSignIn, isCodeForm, wantsCode } from './code-sign-in.ts';
import type { SignInDependencies } from './dependencies.ts';
import { credentialsIn, missingFields } from './login-form.ts';
import { renderLogin, renderSignedInElsewhere } from './login-views.ts';
import { createPasskeySignIn } from './passkey-sign-in.ts';
import { reauthenticating, signedInElsewhere } from './session-account.ts';
import { emitSignIn, emitSignInRefused } from './sign-in-events.ts';

interface Submission {
  readonly visit: Visit;
  readonly form: Form;
  readonly sessionAccount: Account | undefined;
}

type Typed = Pick<LoginModel, 'login' | 'remember' | 'problem' | 'signals'>;

/** The engine goes to the create-account step next, also when that step sent the person here before. */
const finishWithRegistration = ({ interaction }: Visit): StepOutcome => {
  const { create: _, ...submission } = interaction.lastSubmission ?? {};
  return { finish: { ...submission, register: {} } };
};

export const createLoginStep = (
  dependencies: SignInDependencies,
  prompt: InstanceType<typeof interactionPolicy.Prompt>,
): Step => {
  const { accounts, clock, completeSignIn, config, events } = dependencies;
  const { forgotPassword, knownDevices: devices, notifyNewDevice, passkeys, throttle } = dependencies;
  const { ways } = dependencies;
  const { pages } = config;
  const passkeySignIn = createPasskeySignIn(dependencies);
  const codeSignIn =
    config.sign_in.email_code && dependencies.mail.isEnabled ? createCodeSignIn(dependencies) : undefined;
  /** Not where people have to sign in by an upstream. */
  const mayUseCode = (visit: Visit): boolean =>
    codeSignIn !== undefined && ways.offered(visit).isLocalAllowed;
  const acceptsEmail = config.sign_in.identifiers.includes('email');

  const showForm = async (
    visit: Visit,
    sessionAccount: Account | undefined,
    typed: Typed = {},
  ): Promise<{ readonly show: string; readonly images: readonly string[] }> => {
    const isRefused = typed.problem?.kind === 'passkey' || typed.problem?.kind === 'otherPasskey';
    const passkey = await passkeySignIn.form(visit, { sessionAccount, isRefused });
    return renderLogin(visit, {
      pages,
      acceptsEmail,
      sessionAccount,
      forgotPassword,
      passkey,
      emailCode: mayUseCode(visit) ? { href: codeActionOf(visit) } : undefined,
      ways,
      typed,
    });
  };

  /** The script of the page says whether the browser can keep a passkey. The account pages have a page of their own. */
  const mayOfferPasskey = async ({ client }: Visit, form: Form, { id }: Account): Promise<boolean> =>
    config.passkeys.offer &&
    form['passkeys'] === 'yes' &&
    client.clientId !== accountClientId &&
    (await passkeys.isOfferDue(id));

  // A session keeps its kind of cookie when its owner signs in again.
  const mayRemember = (sessionAccount: Account | undefined, isAsked: boolean): boolean =>
    sessionAccount !== undefined || (pages.remember_me && isAsked);

  const submitPasskey = async (
    visit: Visit,
    form: Form,
    sessionAccount: Account | undefined,
  ): Promise<StepOutcome> => {
    const at = clock.now();
    const outcome = await passkeySignIn.submit(visit, form, sessionAccount);
    if ('kind' in outcome) {
      const { kind, waitSeconds: seconds = 0, signals } = outcome;
      if (kind !== 'throttled')
        return { ...(await showForm(visit, sessionAccount, { problem: { kind }, signals })), status: 422 };
      const problem = { kind, seconds, isKnownDevice: true };
      return {
        ...(await showForm(visit, sessionAccount, { problem })),
        status: 429,
        headers: { 'retry-after': String(seconds) },
      };
    }
    const { account, passkey } = outcome;
    const { headers } = visit.request;
    emitSignIn(events, visit, account.id);
    if (devices.findDevice(headers, account) === undefined) notifyNewDevice(visit, account);
    const remember = mayRemember(sessionAccount, form['remember'] === 'yes');
    return {
      cookies: [devices.cookieAfterSignIn(headers, account, { secondFactor: true })],
      finish: {
        ...visit.interaction.lastSubmission,
        ...(await completeSignIn(visit, { account, amr: passkeyMethods(passkey), at, remember })),
      },
    };
  };

  const submitCode = async (
    { submit }: CodeSignIn,
    { visit, form, sessionAccount }: Submission,
  ): Promise<StepOutcome> => {
    const at = clock.now();
    const outcome = await submit(visit, form, sessionAccount);
    if ('page' in outcome) return outcome.page;
    const { account } = outcome;
    const { headers } = visit.request;
    const isNewDevice = devices.findDevice(headers, account) === undefined;
    const remember = mayRemember(sessionAccount, outcome.remember);
    const result = await completeSignIn(visit, { account, amr: ['otp'], at, remember, isNewDevice });
    // Otherwise the step for the second factor does all of it.
    if (result.login) {
      emitSignIn(events, visit, account.id);
      if (isNewDevice) notifyNewDevice(visit, account);
    }
    return {
      cookies: result.login ? [devices.cookieAfterSignIn(headers, account)] : [],
      finish: { ...visit.interaction.lastSubmission, ...result },
    };
  };

  return {
    name: 'login',
    prompt,

    async show(visit) {
      if (pages.create_account && hasQuery(visit.request, 'register')) return finishWithRegistration(visit);
      const ofWays = await ways.show(visit);
      if (ofWays) return ofWays;
      const otherTab = await signedInElsewhere(visit, accounts);
      if (!otherTab) {
        const alone = ways.goOnAlone(visit);
        if (alone) return alone;
        const sessionAccount = await reauthenticating(visit, accounts);
        if (codeSignIn && wantsCode(visit) && mayUseCode(visit))
          return codeSignIn.show(visit, sessionAccount);
        return showForm(visit, sessionAccount);
      }
      // The engine decides whether the sign-in in the other tab satisfies this request.
      if (hasQuery(visit.request, 'continue')) return { finish: {} };
      return { show: renderSignedInElsewhere(visit, otherTab) };
    },

    async submit(visit, form: Form) {
      const ofWays = await ways.submit(visit, form);
      if (ofWays) return ofWays;
      const sessionAccount = await reauthenticating(visit, accounts);
      if (isPasskeyForm(form)) return submitPasskey(visit, form, sessionAccount);
      if (codeSignIn && isCodeForm(form) && mayUseCode(visit))
        return submitCode(codeSignIn, { visit, form, sessionAccount });
      const credentials = credentialsIn(form, sessionAccount);
      const { login, password, remember } = credentials;
      const showAgain = async (problem: LoginProblem) => ({
        ...(await showForm(visit, sessionAccount, { login, remember, problem })),
        status: 422,
      });

      const fields = missingFields(credentials);
      if (fields.length > 0) return showAgain({ kind: 'missing', fields });

      const { headers } = visit.request;
      const named = await accounts.findForSignIn(login);
      const device = devices.findDevice(headers, named.account);
      const verdict = await throttle.check(devices.attemptOf(named, visit.request, visit.client.clientId));
      if (!verdict.allowed) {
        const { waitSeconds: seconds, isKnownDevice } = verdict;
        emitSignInRefused(events, visit, { reason: 'throttled' });
        return {
          ...(await showAgain({ kind: 'throttled', seconds, isKnownDevice })),
          status: 429,
          headers: { 'retry-after': String(seconds) },
        };
      }

      const at = clock.now();
      const account = await named
        .authenticate(password, (refusal) => emitSignInRefused(events, visit, refusal))
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
      const result = await completeSignIn(visit, {
        account,
        amr: ['pwd'],
        at,
        remember: mayRemember(sessionAccount, remember),
        isNewDevice: device === undefined,
      });
      // If there is no login yet, the step for the second factor does all of it.
      if (result.login) {
        emitSignIn(events, visit, account.id);
        if (device === undefined) notifyNewDevice(visit, account);
      }
      return {
        cookies: result.login ? [devices.cookieAfterSignIn(headers, account)] : [],
        finish: {
          ...visit.interaction.lastSubmission,
          ...((await mayOfferPasskey(visit, form, account)) && offerPasskey),
          ...result,
        },
      };
    },
  };
};
