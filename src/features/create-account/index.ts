/**
 * Owns the sign-up page, which is available when the operator sets `pages.create_account`. An application asks for it
 * with `prompt=create` (Initiating User Registration via OpenID Connect), a person follows the link on the login page.
 * The rules for user names and passwords belong to services/accounts.
 *
 * GET /interaction/:uid (prompt `create`)
 *   `?sign-in=yes`                     -> back to the engine, which asks for a sign-in
 *   otherwise                          -> the sign-up form
 * POST /interaction/:uid
 *   the form has problems              -> 422, the form again
 *   too many accounts from one network -> 429 with Retry-After, the form again
 *   `sign_up.verify_email`             -> a code is sent to the address, and the page for the code is shown; the same
 *                                         for addresses that have an account (verify-email.ts)
 *   otherwise                          -> the account is added and signed in, back to the engine
 */
import { interactionPolicy } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { createAccountStep } from './create-account-step.ts';
import type { CreateAccountDependencies } from './dependencies.ts';
import { createComposeSignUp, signUpMail } from './message.ts';

export const createAccount = (dependencies: CreateAccountDependencies): Feature => {
  if (!dependencies.config.pages.create_account) return { name: 'create-account' };
  if (dependencies.config.sign_up.verify_email)
    dependencies.mail.compose(signUpMail, createComposeSignUp(dependencies));
  const { Check, Prompt } = interactionPolicy;
  const prompt = new Prompt(
    { name: 'create', requestable: true },
    new Check('wanted', 'the person asked to create an account', ({ oidc }) =>
      Boolean(oidc.result?.['register'] && !oidc.result['create']),
    ),
  );
  return { name: 'create-account', steps: [createAccountStep(dependencies, prompt)] };
};
