import type { Config } from '#config';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Clients } from '../../services/clients/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Groups } from '../../services/groups/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { SignInCounts } from '../../services/sign-in-counts/index.ts';
import type { Store } from '../../store/port.ts';

export interface ConsoleOverviewDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'find' | 'list'>;
  readonly clients: Pick<Clients, 'list'>;
  readonly factors: Pick<Factors, 'of'>;
  readonly groups: Pick<Groups, 'list'>;
  readonly passkeys: Pick<Passkeys, 'isUsableBy'>;
  readonly signInCounts: Pick<SignInCounts, 'read'>;
}
