import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import {
  codeMethods,
  createCheckPasskey,
  isPasskeyForm,
  passkeyMethods,
} from '../../services/sign-ins/index.ts';
import { type SecondFactorModel, secondFactorPage } from '../../views/pages/second-factor.ts';
import type { PasskeyFormModel } from '../../views/passkey-form.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { type FinishSignIn, type PendingSignIn, whoIn } from './sign-in.ts';

type Kind = 'code' | 'recovery';

/** What the account has that this sign-in may be completed with. */
export interface Usable {
  readonly codes: boolean;
  readonly passkeys: boolean;
}

interface Asked {
  readonly visit: Visit;
  readonly pending: PendingSignIn;
  readonly usable: Usable;
}

interface Answered extends Asked {
  /** When the request began, in milliseconds since the epoch. */
  readonly at: number;
}

type Typed = Pick<SecondFactorModel, 'problem' | 'waitSeconds' | 'remember' | 'signals'>;

/** Bound to the browser, which alone has the interaction, and to the account whose first factor was given in it. */
const purposeOf = ({ visit, pending }: Asked) =>
  ['second-factor', visit.interaction.uid, pending.account.id] as const;

const kindAskedFor = ({ request }: Visit): Kind => (hasQuery(request, 'recovery') ? 'recovery' : 'code');

/** Asks a person for a code of an authenticator app, for a recovery code, or for a passkey. */
export const createAskForFactor = (
  { config, events, factors, knownDevices, passkeys, throttle, remembered }: SecondFactorDependencies,
  finish: FinishSignIn,
) => {
  const { remember_days: rememberDays } = config.security.factors;
  const checkPasskey = createCheckPasskey({ config, passkeys, throttle });

  const passkeyFormOf = async (asked: Asked, action: string): Promise<PasskeyFormModel | undefined> => {
    const { visit, pending, usable } = asked;
    if (!usable.passkeys) return undefined;
    const options = await passkeys.requestOptions(purposeOf(asked), pending.account.id);
    return { action, csrf: visit.csrf, options };
  };

  const showForm = async (
    asked: Asked,
    kind: Kind,
    typed: Typed = {},
  ): Promise<{ readonly show: string; readonly status: number }> => {
    const { visit, pending, usable } = asked;
    const { account } = pending;
    const recoveryPage = `${visit.action}?recovery=yes`;
    const action = kind === 'recovery' ? recoveryPage : visit.action;
    const { recovery } = await factors.of(account);
    const hasOther = kind === 'recovery' || (recovery?.left ?? 0) > 0;
    return {
      show: secondFactorPage(visit.page, {
        ...typed,
        action,
        csrf: visit.csrf,
        client: displayOf(visit.client),
        account: account.username,
        kind: usable.codes ? kind : 'passkey',
        otherKind: hasOther ? (kind === 'code' ? recoveryPage : visit.action) : undefined,
        passkey: await passkeyFormOf(asked, action),
        rememberDays: remembered.isOffered ? rememberDays : undefined,
        switchTo: `${visit.action}?another=yes`,
        contact: config.pages.contact,
      }),
      status: typed.problem === undefined ? 200 : 422,
    };
  };

  const showThrottled = async (
    asked: Asked,
    kind: Kind,
    typed: Typed & { readonly waitSeconds: number },
  ): Promise<StepOutcome> => ({
    ...(await showForm(asked, kind, typed)),
    status: 429,
    headers: { 'retry-after': String(typed.waitSeconds) },
  });

  const emitRefused = ({ visit, pending: { account } }: Asked, reason: string): void =>
    events.emit({
      type: 'second-factor',
      outcome: 'refused',
      reason,
      account: account.id,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
    });

  const complete = (
    { at, visit, pending }: Answered,
    second: readonly string[],
    remember: boolean,
  ): Promise<StepOutcome> => {
    const { id } = pending.account;
    const cookies =
      remember && remembered.isOffered
        ? [remembered.cookieAfterSecondFactor(visit.request.headers, id, at)]
        : [];
    return finish(visit, { ...pending, second, at, cookies });
  };

  const submitPasskey = async (asked: Answered, form: Form): Promise<StepOutcome> => {
    const { visit, pending } = asked;
    const kind = kindAskedFor(visit);
    const remember = form['remember_browser'] === 'yes';
    const expected = pending.account;
    const outcome = await checkPasskey(visit, form, { purpose: purposeOf(asked), expected });
    if (!('kind' in outcome)) return complete(asked, passkeyMethods(outcome.passkey), remember);
    emitRefused(asked, outcome.reason);
    const { waitSeconds = 0, signals } = outcome;
    if (outcome.kind === 'throttled') return showThrottled(asked, kind, { waitSeconds, remember });
    return showForm(asked, kind, { problem: outcome.kind, remember, signals });
  };

  const check = (
    { visit, pending: { account } }: Asked,
    { kind, typed }: { readonly kind: Kind; readonly typed: string },
  ): Promise<'right' | 'wrong' | 'reused'> =>
    kind === 'code' ? factors.useCode(account, typed) : factors.useRecoveryCode(account, typed, whoIn(visit));

  const submitCode = async (asked: Answered, form: Form): Promise<StepOutcome> => {
    const { visit, pending } = asked;
    const kind: Kind = form['recovery_code'] === undefined ? 'code' : 'recovery';
    const typed = (kind === 'code' ? form['code'] : form['recovery_code'])?.trim() ?? '';
    const remember = form['remember_browser'] === 'yes';
    if (typed === '') return showForm(asked, kind, { problem: 'missing', remember });

    const verdict = await throttle.checkCode(
      knownDevices.secondFactorAttemptOf(pending.account, visit.request, visit.client.clientId),
    );
    if (!verdict.allowed) {
      emitRefused(asked, 'throttled');
      return showThrottled(asked, kind, { waitSeconds: verdict.waitSeconds, remember });
    }
    const result = await check(asked, { kind, typed });
    if (result !== 'right') {
      await verdict.failed();
      emitRefused(asked, kind === 'code' ? `${result}_code` : 'wrong_recovery_code');
      return showForm(asked, kind, { problem: result, remember });
    }
    await verdict.succeeded();
    return complete(asked, codeMethods, remember);
  };

  return {
    show: (asked: Asked): Promise<StepOutcome> => showForm(asked, kindAskedFor(asked.visit)),

    async submit(asked: Answered, form: Form): Promise<StepOutcome> {
      const { usable } = asked;
      if (usable.passkeys && isPasskeyForm(form)) return submitPasskey(asked, form);
      return usable.codes ? submitCode(asked, form) : showForm(asked, 'code');
    },
  };
};
