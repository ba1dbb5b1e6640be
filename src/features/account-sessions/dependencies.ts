import type { Pages } from '../../http/pages/pages.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';

export interface AccountSessionsDependencies {
  readonly pages: Pages;
  readonly clients: Pick<Clients, 'get'>;
  readonly sessions: Sessions;
}
