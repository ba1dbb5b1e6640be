import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';

export interface CreateAccountDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly admission: Pick<Admission, 'assertRoomToLast'>;
  readonly throttle: Throttle;
  readonly levels: AuthenticationLevels;
}
