import type { Config } from '#config';
import type { Engine } from '../../provider/engine.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface RegistrationDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly admission: Pick<Admission, 'assertRoomToLast'>;
  readonly clients: Clients;
  readonly throttle: Pick<Throttle, 'take'>;
  readonly engine: () => Engine;
}
