import { hash } from 'node:crypto';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { type NewAccountProblem, problemOf } from '../../services/account-forms/index.ts';
import { type Account, ifStillSignedIn, isSignInEnded } from '../../services/accounts/index.ts';
import {
  type CheckedPassword,
  createCheckPassword,
  createCheckRepeated,
  isPasswordRight,
  metRequirement,
} from '../../services/sign-ins/index.ts';
import { requiredPasswordPage } from '../../views/pages/required-password.ts';
import type { RequirementsDependencies } from './dependencies.ts';
import { createRequirementPrompt, requiredOf } from './prompt.ts';
import { createSignInAgain } from './sign-in-again.ts';

/** How long after it the same form may arrive again. */
const twiceWithinMs = 60_000;

interface Shown {
  readonly problem?: NewAccountProblem | 'passwordSame';
  readonly waitSeconds?: number;
}

/** What the account keeps of the form of this step. Its name alone opens nothing. */
const formOf = (uid: string): string => hash('sha256', `required password ${uid}`, 'base64url');

export const createPasswordStep = (dependencies: RequirementsDependencies): Step => {
  const { config, clock, accounts, knownDevices } = dependencies;
  const checkPassword = createCheckPassword(dependencies);
  const checkRepeated = createCheckRepeated(dependencies);
  const signInAgain = createSignInAgain(dependencies);
  const { min_length: minPasswordLength } = config.security.password;

  const showForm = (
    { page, action, csrf, client }: Visit,
    account: Account,
    { problem, waitSeconds }: Shown = {},
  ): StepOutcome => ({
    show: requiredPasswordPage(page, {
      action,
      csrf,
      client: displayOf(client),
      account: account.username,
      minPasswordLength,
      problem,
      waitSeconds,
    }),
    status: waitSeconds !== undefined ? 429 : problem === undefined ? 200 : 422,
    ...(waitSeconds !== undefined && { headers: { 'retry-after': String(waitSeconds) } }),
  });

  /**
   * Whether a typed password is the present one. The person may have signed in by another way, and some sessions are stolen,
   * so guesses count with those at the sign-in.
   */
  const compare = async ({ request }: Visit, account: Account, password: string): Promise<CheckedPassword> =>
    account.hasPassword ? checkPassword(request, account, password) : { problem: 'passwordWrong' };

  /** The new password has ended the sign-in by the former one, so it is a new one of that moment. */
  const goOn = ({ interaction, request }: Visit, account: Account, before?: Account): StepOutcome => {
    const { lastSubmission, session } = interaction;
    const { id, passwordChangedAt = 0 } = account;
    return {
      cookies: [knownDevices.cookieAfterSignIn(request.headers, account, { ...(before && { before }) })],
      finish: {
        ...lastSubmission,
        ...metRequirement('password'),
        login: {
          remember: true,
          ...lastSubmission?.login,
          ...(session?.acr !== undefined && { acr: session.acr }),
          ...(session?.amr !== undefined && { amr: session.amr }),
          accountId: id,
          ts: Math.floor(passwordChangedAt / 1000),
          ms: passwordChangedAt % 1000,
          authTs: undefined,
          saidTs: undefined,
        },
      },
    };
  };

  /**
   * A form that arrives twice, as by a double click, has the password that the first one set a moment ago. What it answers
   * is what the person sees, and it must not undo the sign-in of the first one. Any other form leads to a new sign-in:
   * this page must be no place to guess a password that was set elsewhere.
   */
  const answerLate = async (visit: Visit, form: Form): Promise<StepOutcome> => {
    const { lastSubmission, session, uid } = visit.interaction;
    const cached = await accounts.find(session?.accountId ?? '');
    // As the first form has left it: the copy may be from before.
    const account = cached && (await accounts.findByUsername(cached.username));
    const isSetHere =
      account?.enabled === true &&
      account.required?.includes('password') !== true &&
      account.passwordForm === formOf(uid) &&
      clock.now() - (account.passwordChangedAt ?? 0) < twiceWithinMs;
    const isRepeated = isSetHere && (await checkRepeated(uid, account, form['password'] ?? ''));
    return isRepeated ? goOn(visit, account) : { finish: { ...lastSubmission } };
  };

  return {
    name: 'required_password',
    prompt: createRequirementPrompt('password'),

    async show(visit): Promise<StepOutcome> {
      const account = await requiredOf('password', visit, accounts);
      if (!account) return { finish: { ...visit.interaction.lastSubmission } };
      return signInAgain(visit, account) ?? showForm(visit, account);
    },

    async submit(visit, form: Form): Promise<StepOutcome> {
      const account = await requiredOf('password', visit, accounts);
      if (!account) return answerLate(visit, form);
      const again = signInAgain(visit, account, form);
      if (again) return again;
      const password = form['password'] ?? '';
      if (password === '') return showForm(visit, account, { problem: 'passwordMissing' });
      try {
        // First, so that a password that can't be chosen is no guess.
        accounts.checkNewPassword(account, password);
        const compared = await compare(visit, account, password);
        const { waitSeconds } = compared;
        if (waitSeconds !== undefined) return showForm(visit, account, { waitSeconds });
        if (isPasswordRight(compared)) return showForm(visit, account, { problem: 'passwordSame' });
        const changed = await accounts.setPassword(account.id, password, {
          check: ifStillSignedIn(account, { endsWithOthers: true }),
          form: formOf(visit.interaction.uid),
        });
        return goOn(visit, changed, account);
      } catch (error) {
        if (isSignInEnded(error)) return answerLate(visit, form);
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return showForm(visit, account, { problem });
      }
    },
  };
};
