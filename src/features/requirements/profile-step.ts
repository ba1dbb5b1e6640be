import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { isAllowedDomain, isEmailAddress } from '../../services/account-forms/index.ts';
import {
  type Account,
  type Claims,
  ifStillSignedIn,
  isSignInEnded,
  verifiedEmailOf,
} from '../../services/accounts/index.ts';
import { metRequirement } from '../../services/sign-ins/index.ts';
import { type ProfileProblem, requiredProfilePage } from '../../views/pages/required-profile.ts';
import type { RequirementsDependencies } from './dependencies.ts';
import { createRequirementPrompt, requiredOf } from './prompt.ts';
import { createSignInAgain } from './sign-in-again.ts';

const maxTextLength = 255;

interface Profile {
  readonly name: string;
  readonly email: string;
}

const textIn = (form: Form, field: string): string => (form[field] ?? '').trim().slice(0, maxTextLength + 1);

/**
 * A verified address leads to a new password. It is changed at the account page, which asks for a recent sign-in and for a
 * proof of the new address, and tells the owner of the former one.
 */
const isFixed = ({ claims }: Pick<Account, 'claims'>): boolean => verifiedEmailOf(claims) !== undefined;

/** The address was verified while the form was open. */
class VerifiedMeanwhile extends Error {
  override readonly name = 'VerifiedMeanwhile';
}

/** An address that the operator gave the account stays, whatever its domain is. */
const emailProblemOf = (
  email: string,
  former: unknown,
  domains: readonly string[],
): ProfileProblem | undefined => {
  if (email === '') return 'emailMissing';
  if (!isEmailAddress(email)) return 'emailInvalid';
  return email === former || isAllowedDomain(email, domains) ? undefined : 'emailDomain';
};

/** An address that changes is unverified. */
const changesOf = ({ claims }: Account, { name, email }: Profile): Claims => ({
  name,
  ...(claims['email'] !== email && { email, email_verified: false }),
});

export const createProfileStep = (dependencies: RequirementsDependencies): Step => {
  const { config, accounts } = dependencies;
  const signInAgain = createSignInAgain(dependencies);
  const { email_domains: domains } = config.sign_up;
  const showForm = (
    { page, action, csrf, client }: Visit,
    profile: Profile & { readonly isEmailFixed: boolean },
    problems: readonly ProfileProblem[] = [],
  ): StepOutcome => ({
    show: requiredProfilePage(page, {
      action,
      csrf,
      client: displayOf(client),
      emailDomains: domains,
      ...profile,
      problems,
    }),
    status: problems.length === 0 ? 200 : 422,
  });

  const save = (account: Account, claims: Claims): Promise<Account> =>
    accounts.update(
      account.id,
      { claims, required: { remove: ['profile'] } },
      {
        check(held) {
          ifStillSignedIn(account, { endsWithOthers: true })(held);
          if (Object.hasOwn(claims, 'email') && isFixed(held)) throw new VerifiedMeanwhile();
        },
      },
    );

  return {
    name: 'required_profile',
    prompt: createRequirementPrompt('profile'),

    async show(visit): Promise<StepOutcome> {
      const account = await requiredOf('profile', visit, accounts);
      if (!account) return { finish: { ...visit.interaction.lastSubmission } };
      const again = signInAgain(visit, account);
      if (again) return again;
      const text = (claim: string): string => String(account.claims[claim] ?? '');
      return showForm(visit, { name: text('name'), email: text('email'), isEmailFixed: isFixed(account) });
    },

    async submit(visit, form: Form): Promise<StepOutcome> {
      const { lastSubmission } = visit.interaction;
      const account = await requiredOf('profile', visit, accounts);
      if (!account) return { finish: { ...lastSubmission } };
      const again = signInAgain(visit, account, form);
      if (again) return again;
      const isEmailFixed = isFixed(account);
      const former = account.claims['email'];
      const email = isEmailFixed ? String(former) : textIn(form, 'email');
      const profile = { name: textIn(form, 'name').slice(0, maxTextLength), email, isEmailFixed };
      const emailProblem = isEmailFixed ? undefined : emailProblemOf(email, former, domains);
      const problems: readonly ProfileProblem[] = [
        ...(profile.name === '' ? (['nameMissing'] as const) : []),
        ...(emailProblem === undefined ? [] : [emailProblem]),
      ];
      if (problems.length > 0) return showForm(visit, profile, problems);
      try {
        await save(account, changesOf(account, profile)).catch((error: unknown) => {
          if (!(error instanceof VerifiedMeanwhile)) throw error;
          return save(account, { name: profile.name });
        });
      } catch (error) {
        if (isSignInEnded(error)) return { finish: { ...lastSubmission } };
        throw error;
      }
      return { finish: { ...lastSubmission, ...metRequirement('profile') } };
    },
  };
};
