import type { Config } from '#config';
import type { Engine } from '../../provider/engine.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface RegistrationDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly engine: () => Engine;
}
