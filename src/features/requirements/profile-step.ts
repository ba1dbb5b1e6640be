import { displayOf } from '../../http/interactions/client-display.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import { isAllowedDomain, isEmailAddress } from '../../services/account-forms/index.ts';
import type { Account, Claims } from '../../services/accounts/index.ts';
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

/** An address that changes is unverified, whatever the former one was. */
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
    profile: Profile,
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

  return {
    name: 'required_profile',
    prompt: createRequirementPrompt('profile'),

    async show(visit): Promise<StepOutcome> {
      const account = await requiredOf('profile', visit, accounts);
      if (!account) return { finish: { ...visit.interaction.lastSubmission } };
      const again = signInAgain(visit, account);
      if (again) return again;
      const text = (claim: string): string => String(account.claims[claim] ?? '');
      return showForm(visit, { name: text('name'), email: text('email') });
    },

    async submit(visit, form: Form): Promise<StepOutcome> {
      const { lastSubmission } = visit.interaction;
      const account = await requiredOf('profile', visit, accounts);
      if (!account) return { finish: { ...lastSubmission } };
      const again = signInAgain(visit, account, form);
      if (again) return again;
      const profile = { name: textIn(form, 'name').slice(0, maxTextLength), email: textIn(form, 'email') };
      const emailProblem = emailProblemOf(profile.email, account.claims['email'], domains);
      const problems: readonly ProfileProblem[] = [
        ...(profile.name === '' ? (['nameMissing'] as const) : []),
        ...(emailProblem === undefined ? [] : [emailProblem]),
      ];
      if (problems.length > 0) return showForm(visit, profile, problems);
      const claims = changesOf(account, profile);
      await accounts.update(account.id, { claims, required: { remove: ['profile'] } });
      return { finish: { ...lastSubmission, ...metRequirement('profile') } };
    },
  };
};
