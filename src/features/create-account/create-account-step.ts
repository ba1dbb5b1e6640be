import type { interactionPolicy } from 'oidc-provider';
import type { SecurityEvent } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { findProblems, parseForm, problemOf } from '../../services/account-forms/index.ts';
import type { Account, Claims } from '../../services/accounts/index.ts';
import {
  createProfileFields,
  type ReadProfile,
  readProfile,
  toFieldModels,
} from '../../services/profile-fields/index.ts';
import { type CreateAccountModel, createAccountPage } from '../../views/pages/create-account.ts';
import { addAccountOnce, findBrokenRules, findTakenNames } from './add-account.ts';
import type { CreateAccountDependencies } from './dependencies.ts';
import { createVerifyEmail } from './verify-email.ts';

interface Typed extends Partial<Omit<CreateAccountModel, 'profile'>> {
  readonly profile?: Pick<ReadProfile, 'values'> & Partial<Pick<ReadProfile, 'problems'>>;
}

const hasProblems = ({ problems = {} }: Partial<Pick<ReadProfile, 'problems'>>): boolean =>
  Object.keys(problems).length > 0;

/** A new account has no claim that could be removed. */
const withoutEmpty = (claims: Claims): Claims =>
  Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));

export const createAccountStep = (
  dependencies: CreateAccountDependencies,
  prompt: interactionPolicy.Prompt,
): Step => {
  const { config, clock, events, accounts, admission, throttle, completeSignIn } = dependencies;
  const { security, sign_up: signUp } = config;
  const { ofSignUp: profileFields } = createProfileFields(config);
  const verifyEmail = signUp.verify_email ? createVerifyEmail(dependencies) : undefined;

  const renderPage = (visit: Visit, { profile = { values: {} }, ...typed }: Typed = {}): StepOutcome => ({
    show: createAccountPage(visit.page, {
      ...typed,
      profile: toFieldModels(profileFields, profile, visit.page.messages),
      action: visit.action,
      csrf: visit.csrf,
      client: displayOf(visit.client),
      minPasswordLength: security.password.min_length,
      emailDomains: signUp.email_domains,
      signIn: { href: `${visit.action}?sign-in=yes` },
    }),
    status: typed.problems || hasProblems(profile) ? 422 : 200,
  });

  const emitSignUp = (
    { client, request }: Visit,
    result: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'sign-up',
      ...result,
      client: client.clientId,
      address: request.ip,
      correlation: request.id,
    });

  const showThrottled = (
    visit: Visit,
    typed: Typed,
    { waitSeconds }: { readonly waitSeconds: number },
  ): StepOutcome => {
    emitSignUp(visit, { outcome: 'refused', reason: 'throttled' });
    const headers = { 'retry-after': String(waitSeconds) };
    return { ...renderPage(visit, { ...typed, waitSeconds }), status: 429, headers };
  };

  /** A form that is sent twice leads to a sign-in of the same time. */
  const finish = async (visit: Visit, account: Account): Promise<StepOutcome> => {
    const { createdAt: at = clock.now() } = account;
    emitSignUp(visit, { outcome: 'ok', account: account.id });
    return {
      finish: {
        ...visit.interaction.lastSubmission,
        create: {},
        ...(await completeSignIn(visit, { account, amr: ['pwd'], at, remember: false })),
      },
    };
  };

  return {
    name: 'create',
    prompt,

    async show(visit): Promise<StepOutcome> {
      if (hasQuery(visit.request, 'sign-in')) {
        return { finish: { ...visit.interaction.lastSubmission, create: {} } };
      }
      const codePage = hasQuery(visit.request, 'change') ? undefined : await verifyEmail?.show(visit);
      return codePage ?? renderPage(visit);
    },

    async submit(visit: Visit, form: Form): Promise<StepOutcome> {
      const verified = await verifyEmail?.submit(visit, form);
      if (verified) {
        if ('page' in verified) return verified.page;
        if ('account' in verified) return finish(visit, verified.account);
        const { login, name, email, profile = {} } = verified.typed;
        const values = Object.fromEntries(
          Object.entries(profile).map(([claim, value]) => [claim, String(value)]),
        );
        return renderPage(visit, { login, name, email, profile: { values }, problems: [verified.problem] });
      }

      const newAccount = parseForm(form);
      const profile = readProfile(profileFields, form);
      const { password: _, ...fields } = newAccount;
      const typed = { ...fields, profile };
      const found = findProblems(newAccount, {
        minPasswordLength: security.password.min_length,
        emailDomains: signUp.email_domains,
      });
      const problems = found.length > 0 ? found : findBrokenRules(accounts, newAccount);
      if (problems.length > 0 || hasProblems(profile)) return renderPage(visit, { ...typed, problems });
      const claims = withoutEmpty(profile.claims);

      const verdict = await throttle.takeByAddress(
        'create-account',
        visit.request.ip,
        security.throttle.registration_per_address,
      );
      if (!verdict.allowed) return showThrottled(visit, typed, verdict);

      admission.assertRoomToLast();
      if (verifyEmail) {
        const taken = await findTakenNames(accounts, newAccount, claims);
        if (taken.length > 0) return renderPage(visit, { ...typed, problems: taken });
        const ofDomain = await verifyEmail.takeDomain(visit, newAccount.email);
        if (!ofDomain.allowed) return showThrottled(visit, typed, ofDomain);
        return verifyEmail.begin(visit, newAccount, claims);
      }

      let account: Account;
      try {
        account = await addAccountOnce({ accounts, clock, address: visit.request.ip }, newAccount, claims);
      } catch (error) {
        const problem = problemOf(error);
        if (problem === undefined) throw error;
        return renderPage(visit, { ...typed, problems: [problem] });
      }

      return finish(visit, account);
    },
  };
};
