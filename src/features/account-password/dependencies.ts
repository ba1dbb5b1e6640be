import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';
import type { KnownDevices } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface AccountPasswordDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly sessions: Pick<Sessions, 'endOthers'>;
  readonly throttle: Throttle;
  readonly knownDevices: KnownDevices;
  readonly engine: () => Engine;
}
