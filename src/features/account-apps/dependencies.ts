import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { ConnectedApps } from '../../services/connected-apps/index.ts';

export interface AccountAppsDependencies {
  readonly config: Config;
  readonly pages: Pages;
  readonly clients: Pick<Clients, 'list' | 'isStopped'>;
  readonly connectedApps: ConnectedApps;
  readonly engine: () => Engine;
}
