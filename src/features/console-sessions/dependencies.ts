import type { Config } from '#config';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Administration } from '../../services/administration/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';
import type { Store } from '../../store/port.ts';

export interface ConsoleSessionsDependencies {
  readonly config: Pick<Config, 'audit'>;
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'find' | 'isRoleGroup' | 'search'>;
  readonly administration: Pick<Administration, 'requireRightOver' | 'sessions'>;
  readonly clients: Pick<Clients, 'get'>;
  readonly sessions: Pick<Sessions, 'find' | 'list'>;
}
