import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Store } from '../../store/port.ts';

export interface AccountActivityDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  readonly clients: Pick<Clients, 'get'>;
}
