import type { Config } from '#config';
import type { Administration } from '../../services/administration/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Clock } from '../../store/port.ts';

export interface ConsoleClientsDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly clients: Clients;
  readonly administration: Administration;
}
