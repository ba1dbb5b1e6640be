import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type SecondFactorModel, secondFactorPage } from '../../views/pages/second-factor.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { type FinishSignIn, type PendingSignIn, whoIn } from './sign-in.ts';

type Kind = SecondFactorModel['kind'];

/** Asks a person who has an authenticator app for a code of it, or for a recovery code. */
export const createAskForCode = (
  { config, events, factors, throttle, remembered }: SecondFactorDependencies,
  finish: FinishSignIn,
) => {
  const { remember_days: rememberDays } = config.security.factors;

  const showForm = async (
    visit: Visit,
    account: PendingSignIn['account'],
    kind: Kind,
    typed: Pick<SecondFactorModel, 'problem' | 'waitSeconds' | 'remember'> = {},
  ): Promise<{ readonly show: string; readonly status: number }> => {
    const { action } = visit;
    const { recovery } = await factors.of(account);
    const hasOther = kind === 'recovery' || (recovery?.left ?? 0) > 0;
    return {
      show: secondFactorPage(visit.page, {
        ...typed,
        action: kind === 'code' ? action : `${action}?recovery=yes`,
        csrf: visit.csrf,
        client: displayOf(visit.client),
        account: account.username,
        kind,
        otherKind: hasOther ? (kind === 'code' ? `${action}?recovery=yes` : action) : undefined,
        rememberDays: remembered.isOffered ? rememberDays : undefined,
        switchTo: `${action}?another=yes`,
        contact: config.pages.contact,
      }),
      status: typed.problem === undefined ? 200 : 422,
    };
  };

  const emitRefused = (visit: Visit, { id: account }: PendingSignIn['account'], reason: string): void =>
    events.emit({
      type: 'second-factor',
      outcome: 'refused',
      reason,
      account,
      client: visit.client.clientId,
      address: visit.request.ip,
      correlation: visit.request.id,
    });

  const check = async (
    visit: Visit,
    account: PendingSignIn['account'],
    { kind, typed }: { readonly kind: Kind; readonly typed: string },
  ): Promise<'right' | 'wrong' | 'reused'> => {
    if (kind === 'code') return factors.useCode(account, typed);
    return factors.useRecoveryCode(account, typed, whoIn(visit));
  };

  return {
    show: (visit: Visit, { account }: PendingSignIn): Promise<StepOutcome> =>
      showForm(visit, account, hasQuery(visit.request, 'recovery') ? 'recovery' : 'code'),

    async submit(visit: Visit, pending: PendingSignIn, form: Form): Promise<StepOutcome> {
      const { account } = pending;
      const { headers, ip: address } = visit.request;
      const kind: Kind = form['recovery_code'] === undefined ? 'code' : 'recovery';
      const typed = (kind === 'code' ? form['code'] : form['recovery_code'])?.trim() ?? '';
      const remember = form['remember_browser'] === 'yes';
      if (typed === '') return showForm(visit, account, kind, { problem: 'missing', remember });

      // A count of its own: someone who knows the password must not reset it by typing the password again.
      const counted = `second factor of ${account.id}`;
      const verdict = await throttle.check({ account: counted, address, client: visit.client.clientId });
      if (!verdict.allowed) {
        const { waitSeconds } = verdict;
        emitRefused(visit, account, 'throttled');
        const outcome = await showForm(visit, account, kind, { waitSeconds, remember });
        return { ...outcome, status: 429, headers: { 'retry-after': String(waitSeconds) } };
      }
      const result = await check(visit, account, { kind, typed });
      if (result !== 'right') {
        await verdict.failed();
        emitRefused(visit, account, kind === 'code' ? `${result}_code` : 'wrong_recovery_code');
        return showForm(visit, account, kind, { problem: result, remember });
      }
      await verdict.succeeded();
      const cookies =
        remember && remembered.isOffered ? [remembered.cookieAfterSecondFactor(headers, account.id)] : [];
      return finish(visit, { ...pending, cookies });
    },
  };
};
