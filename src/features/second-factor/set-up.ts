import { macOf, verifyMac } from '../../form-mac.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account } from '../../services/accounts/index.ts';
import { type NewAuthenticator, qrCodeOf } from '../../services/factors/index.ts';
import { signInAgainAt, upstreamToAskBeforeFactor } from '../../services/sign-ins/index.ts';
import { newRecoveryCodesPage, type SetUpProblem, setUpFactorPage } from '../../views/pages/set-up-factor.ts';
import { signInAgainPage } from '../../views/pages/sign-in-again.ts';
import type { SecondFactorDependencies } from './dependencies.ts';
import { type FinishSignIn, type PendingSignIn, whoIn } from './sign-in.ts';

const dayMs = 86_400_000;

/** Lets a person who needs an authenticator app and has none add one before the sign-in is complete. */
export const createSetUp = (
  { config, clock, factors, upstreams, cookieKeys }: SecondFactorDependencies,
  finish: FinishSignIn,
) => {
  const graceMs = config.security.factors.grace_days * dayMs;

  /** How long setting up a second factor may still be put off. */
  const findLaterSeconds = async ({ account, first }: PendingSignIn): Promise<number | undefined> => {
    if (!first.mayPutOff || graceMs === 0) return undefined;
    const left = (await factors.noteAsked(account)) + graceMs - clock.now();
    return left > 0 ? left / 1000 : undefined;
  };

  const placeOf = ({ interaction }: Visit): string => `interaction ${interaction.uid}`;

  /** Proves that the app was added in this very sign-in, whose codes were then shown. */
  const doneSubject = ({ interaction: { uid } }: Visit, { id }: Account) =>
    ['second factor set up', uid, id] as const;

  const showForm = async (
    visit: Visit,
    pending: PendingSignIn,
    { authenticator, problem }: { authenticator?: NewAuthenticator | undefined; problem?: SetUpProblem } = {},
  ): Promise<StepOutcome> => {
    const { account } = pending;
    const shown = authenticator ?? factors.begin(account, placeOf(visit));
    return {
      show: setUpFactorPage(visit.page, {
        action: visit.action,
        csrf: visit.csrf,
        client: displayOf(visit.client),
        account: account.username,
        pending: shown.pending,
        secret: shown.secret,
        qr: await qrCodeOf(shown.uri),
        laterSeconds: await findLaterSeconds(pending),
        switchTo: `${visit.action}?another=yes`,
        problem,
      }),
      status: problem === undefined ? 200 : 422,
    };
  };

  const showSignInAgain = async (
    visit: Visit,
    pending: PendingSignIn,
    upstream: string,
  ): Promise<StepOutcome> => ({
    show: signInAgainPage(visit.page, {
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      account: pending.account.username,
      upstream: upstreams.nameOf(upstream),
      laterSeconds: await findLaterSeconds(pending),
      switchTo: `${visit.action}?another=yes`,
    }),
  });

  return {
    async show(visit: Visit, pending: PendingSignIn): Promise<StepOutcome> {
      const upstream = upstreamToAskBeforeFactor(pending.first);
      return upstream === undefined ? showForm(visit, pending) : showSignInAgain(visit, pending, upstream);
    },

    async submit(visit: Visit, pending: PendingSignIn, form: Form): Promise<StepOutcome> {
      const { account, first } = pending;
      if (form['later'] === 'yes' && (await findLaterSeconds(pending)) !== undefined)
        return finish(visit, { ...pending, second: [], at: first.at });
      const upstream = upstreamToAskBeforeFactor(first);
      if (upstream !== undefined)
        return form['again'] === undefined
          ? showSignInAgain(visit, pending, upstream)
          : { finish: signInAgainAt(visit.interaction.lastSubmission, upstream) };
      const place = placeOf(visit);
      const sealed = form['pending'] ?? '';
      const code = form['code']?.trim() ?? '';
      const authenticator = factors.resume(account, place, sealed);
      if (code === '') return showForm(visit, pending, { authenticator, problem: 'missing' });
      const by = whoIn(visit);
      const verdict = await factors.enrol(account, { place, pending: sealed, code, by });
      if (verdict.outcome === 'repeated') return showForm(visit, pending);
      if (verdict.outcome !== 'added')
        return showForm(visit, pending, { authenticator, problem: verdict.outcome });
      // The app makes what was signed in before it too weak.
      if (!verdict.recoveryCodes) return finish(visit, { ...pending, at: clock.now() });
      return {
        show: newRecoveryCodesPage(visit.page, {
          action: visit.action,
          csrf: visit.csrf,
          done: macOf(doneSubject(visit, account), cookieKeys()),
          codes: verdict.recoveryCodes,
        }),
      };
    },

    /** Whether the person has just added an app in this sign-in, and has seen the recovery codes. */
    isDone: (visit: Visit, { account }: PendingSignIn, form: Form): boolean =>
      verifyMac(form['done'], doneSubject(visit, account), cookieKeys()),
  };
};
