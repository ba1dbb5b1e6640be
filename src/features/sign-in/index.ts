/**
 * Owns the question "who are you?": identifier and password, remember me, signing in again, and the brakes on
 * guessing. Not accounts and their passwords, which it asks, nor what the person allows afterwards.
 */
import { interactionPolicy } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { type AuthenticationLevels, addLevelCheck } from '../../services/authentication-levels/index.ts';
import { addAnotherAccountCheck } from '../../services/sign-ins/another-account.ts';
import { requireLoginAfterPasswordChange } from '../../services/sign-ins/signed-in-account.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';
import { createKnownDevices } from './known-devices.ts';
import { createLoginStep } from './login-step.ts';

export { signInAsAnother } from '../../services/sign-ins/another-account.ts';
export { findSignedInAccount } from '../../services/sign-ins/signed-in-account.ts';

export interface SignInDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly throttle: Throttle;
  readonly levels: AuthenticationLevels;
  /** What cookies of ours are sealed with, newest first. */
  readonly cookieKeys: () => readonly string[];
}

export const signIn = (dependencies: SignInDependencies): Feature => {
  const prompt = interactionPolicy.base().get('login');
  if (!prompt) throw new Error('the engine has no login prompt');
  addLevelCheck(prompt, dependencies.levels);
  requireLoginAfterPasswordChange(prompt, dependencies.accounts);
  addAnotherAccountCheck(prompt);
  return {
    name: 'sign-in',
    steps: [createLoginStep(dependencies, createKnownDevices(dependencies), prompt)],
  };
};
