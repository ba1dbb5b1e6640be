/**
 * Owns the question "who are you?": identifier and password, remember me, signing in again, and the brakes on
 * guessing. Not accounts and their passwords, which it asks, nor what the person allows afterwards.
 */
import { interactionPolicy } from 'oidc-provider';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Clock } from '../../store/port.ts';
import type { Accounts } from '../accounts/index.ts';
import { demandLevel, type Levels } from '../step-up/index.ts';
import type { Throttle } from '../throttle/index.ts';
import { askForAnother } from './another-account.ts';
import { createKnownDevices } from './known-devices.ts';
import { createLoginStep } from './login-step.ts';
import { doubtFormerSignIn } from './outdated.ts';

export { anotherAccount } from './another-account.ts';
export { personOf } from './outdated.ts';

export interface SignInParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly throttle: Throttle;
  readonly levels: Levels;
  /** What cookies of ours are sealed with, newest first. */
  readonly sealKeys: () => readonly string[];
}

export const signIn = (parts: SignInParts): Feature => {
  const prompt = interactionPolicy.base().get('login');
  if (!prompt) throw new Error('the engine has no login prompt');
  demandLevel(prompt, parts.levels);
  doubtFormerSignIn(prompt, parts.accounts);
  askForAnother(prompt);
  return { name: 'sign-in', steps: [createLoginStep(parts, createKnownDevices(parts), prompt)] };
};
