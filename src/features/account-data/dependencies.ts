import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { ForgetAccount } from '../../services/account-removal/index.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Notices } from '../../services/notices/index.ts';
import type { EndEverything } from '../../services/sessions/index.ts';
import type { Clock } from '../../store/port.ts';

export interface AccountDataDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly endEverything: EndEverything;
  readonly forgetAccount: ForgetAccount;
  readonly notices: Notices;
}
