import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { CompleteSignIn, KnownDevices } from '../../services/sign-ins/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface AccountAuthenticatorDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly factors: Factors;
  readonly completeSignIn: Pick<CompleteSignIn, 'strengthen'>;
  readonly knownDevices: Pick<KnownDevices, 'cookieAfterSignIn'>;
  readonly engine: () => Engine;
}
