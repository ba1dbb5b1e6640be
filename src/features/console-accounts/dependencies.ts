import type { Config } from '#config';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Administration } from '../../services/administration/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { ConnectedApps } from '../../services/connected-apps/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';
import type { UpstreamLinks, Upstreams } from '../../services/upstreams/index.ts';
import type { Store } from '../../store/port.ts';

export interface ConsoleAccountsDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly accounts: Accounts;
  readonly administration: Administration;
  readonly clients: Pick<Clients, 'get'>;
  readonly connectedApps: Pick<ConnectedApps, 'list'>;
  readonly factors: Pick<Factors, 'of'>;
  readonly mail: Pick<Mail, 'isEnabled'>;
  readonly passkeys: Pick<Passkeys, 'list'>;
  readonly sessions: Pick<Sessions, 'list'>;
  readonly upstreamLinks: Pick<UpstreamLinks, 'listOf'>;
  readonly upstreams: Pick<Upstreams, 'nameOf'>;
}
