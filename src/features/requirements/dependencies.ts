import type { Config } from '#config';
import type { Accounts } from '../../services/accounts/index.ts';
import type { KnownDevices } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Upstreams } from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

export interface RequirementsDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly throttle: Pick<Throttle, 'check' | 'take'>;
  readonly knownDevices: Pick<KnownDevices, 'attemptOf' | 'cookieAfterSignIn'>;
  readonly upstreams: Pick<Upstreams, 'nameOf'>;
}
