import type { Config, EffectiveValue } from '#config';
import type { Events } from '../events.ts';
import type { Pages } from '../http/pages/pages.ts';
import type { Engine } from '../provider/engine.ts';
import type { GrantType } from '../provider/grant-types.ts';
import type { Services } from '../services/index.ts';
import type { Clock, Store } from '../store/port.ts';
import type { Metrics } from './metrics/index.ts';

/** What the lists of features pass on: each feature gets what it names, as plain arguments. */
export interface FeatureDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly metrics: Metrics;
  readonly services: Services;
  readonly grantTypes: readonly GrantType[];
  /** The effective configuration, with secrets masked. */
  readonly settings: () => readonly EffectiveValue[];
  /** Built after the features, from their provider settings. */
  readonly engine: () => Engine;
}
