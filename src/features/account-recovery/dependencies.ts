import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { HasMakerRight } from '../../services/administration/right-of-maker.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { OneTimeLinks } from '../../services/one-time-links/index.ts';
import type { EndEverything } from '../../services/sessions/index.ts';
import type { KnownDevices } from '../../services/sign-ins/index.ts';

export interface AccountRecoveryDependencies {
  readonly config: Config;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly factors: Factors;
  readonly links: OneTimeLinks;
  readonly endEverything: EndEverything;
  readonly knownDevices: Pick<KnownDevices, 'cookieAfterSignIn'>;
  readonly hasMakerRight: HasMakerRight;
}
