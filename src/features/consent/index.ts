/**
 * Owns what a person allows an application: the question, the answer, and its memory for each account and client.
 * Not the grant that tokens belong to, which is the engine's and lives as long as they do.
 */
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { createConsentStep } from './consent-step.ts';
import { loadOrCreateGrant } from './load-grant.ts';
import { createConsentPrompt } from './prompt.ts';

export interface ConsentDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
}

export const consent = (dependencies: ConsentDependencies): Feature => ({
  name: 'consent',
  steps: [createConsentStep(dependencies, createConsentPrompt())],
  provider: { settings: { loadExistingGrant: loadOrCreateGrant(dependencies) } },
});
