import type { Config, EffectiveValue } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { StrengthOf } from '../../services/account-pages/index.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Administration } from '../../services/administration/index.ts';
import type { Audit } from '../../services/audit/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { ConnectedApps } from '../../services/connected-apps/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Groups } from '../../services/groups/index.ts';
import type { Keys } from '../../services/keys/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { Readiness } from '../../services/readiness/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';
import type { StoredUpstreams, UpstreamLinks } from '../../services/upstreams/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface AdminApiDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly administration: Administration;
  readonly audit: Audit;
  readonly clients: Clients;
  readonly connectedApps: ConnectedApps;
  readonly engine: () => Engine;
  readonly factors: Pick<Factors, 'of'>;
  readonly groups: Groups;
  readonly keys: Keys;
  readonly levels: AuthenticationLevels;
  readonly passkeys: Pick<Passkeys, 'list'>;
  readonly readiness: Readiness;
  readonly sessions: Sessions;
  readonly storedUpstreams: Pick<StoredUpstreams, 'find' | 'list'>;
  readonly strengthOf: StrengthOf;
  readonly upstreamLinks: Pick<UpstreamLinks, 'listOf'>;
  readonly pages: Pages;
  readonly version: string;
  /** The effective configuration, with secrets masked. */
  readonly settings: () => readonly EffectiveValue[];
}
