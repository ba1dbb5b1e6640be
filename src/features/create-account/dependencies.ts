import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { OneTimeCodes } from '../../services/one-time-codes/index.ts';
import type { CompleteSignIn } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface CreateAccountDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly admission: Pick<Admission, 'assertRoomToLast'>;
  readonly throttle: Throttle;
  readonly codes: OneTimeCodes;
  readonly mail: Mail;
  readonly completeSignIn: CompleteSignIn;
}
