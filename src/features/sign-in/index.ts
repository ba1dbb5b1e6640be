/**
 * Owns the question "who are you?": user name and password, "remember me", signing in again, and the cookie that marks
 * known devices. Accounts and passwords belong to services/accounts, the delays after wrong passwords to
 * services/throttle, what the person then allows to features/consent.
 *
 * GET /interaction/:uid (prompt `login`)
 *   there is no session                    -> login form
 *   the account must sign in again         -> login form with a fixed user name, link `?another=yes`
 *   another tab has signed in meanwhile    -> page that asks to continue: `?continue=yes`, `?another=yes`
 *   there is another way to sign in only   -> what features/upstream-sign-in does
 *   `?register=yes`                        -> back to the engine, which goes to the step `create`
 *   `?code=yes`, with `sign_in.email_code`   -> form that sends a code, or the form for the code (code-sign-in.ts)
 * POST /interaction/:uid
 *   a field is empty, or wrong password    -> 422, the form again
 *   too many failures                      -> 429 with Retry-After, the form again
 *   right password                         -> back to the engine with the result `login`
 *
 * The engine asks for this step when: there is no session, `prompt=login`, `max_age` has passed, a stronger sign-in is
 * required (services/authentication-levels), the password changed, something else is required of the account, a new
 * sign-in at an upstream is needed, another account was asked for, or the request names someone else.
 */
import { interactionPolicy } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { addLevelCheck } from '../../services/authentication-levels/index.ts';
import {
  addAnotherAccountCheck,
  requireLoginBeforeFactor,
  requireLoginBeforeRequirements,
} from '../../services/sign-ins/index.ts';
import { createComposeCode, signInCodeKind } from './code-message.ts';
import type { SignInDependencies } from './dependencies.ts';
import { createLoginStep } from './login-step.ts';
import { requireLoginAfterPasswordChange } from './password-change-check.ts';
import { requireRequestedPerson } from './requested-person.ts';

export const signIn = (dependencies: SignInDependencies): Feature => {
  const { config, mail } = dependencies;
  if (config.sign_in.email_code) mail.compose(signInCodeKind, createComposeCode(dependencies));
  const prompt = interactionPolicy.base().get('login');
  if (!prompt) throw new Error('oidc-provider has no login prompt');
  addLevelCheck(prompt, dependencies.levels);
  requireRequestedPerson(prompt);
  requireLoginAfterPasswordChange(prompt);
  requireLoginBeforeRequirements(prompt);
  requireLoginBeforeFactor(prompt);
  addAnotherAccountCheck(prompt);
  dependencies.ways.addChecks(prompt);
  return {
    name: 'sign-in',
    steps: [createLoginStep(dependencies, prompt)],
  };
};
