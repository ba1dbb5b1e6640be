import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';

export interface DeviceDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly throttle: Throttle;
}
