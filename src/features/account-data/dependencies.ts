import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { AccountRemoval } from '../../services/account-removal/index.ts';
import type { Notices } from '../../services/notices/index.ts';
import type { Clock } from '../../store/port.ts';

export interface AccountDataDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accountRemoval: Pick<AccountRemoval, 'remove'>;
  readonly notices: Notices;
}
