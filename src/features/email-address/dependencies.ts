import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { Notices } from '../../services/notices/index.ts';
import type { OneTimeLinks } from '../../services/one-time-links/index.ts';
import type { KnownDevices } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';

export interface EmailAddressDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly links: OneTimeLinks;
  readonly admission: Pick<Admission, 'assertRoomToLast'>;
  readonly mail: Mail;
  readonly notices: Notices;
  readonly throttle: Throttle;
  readonly knownDevices: KnownDevices;
  readonly engine: () => Engine;
}
