import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Clock } from '../../store/port.ts';

export interface ConsentDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
}
