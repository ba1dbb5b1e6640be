import type { Accounts } from '../../services/accounts/index.ts';
import type { Administration } from '../../services/administration/index.ts';
import type { Groups } from '../../services/groups/index.ts';

export interface ConsoleGroupsDependencies {
  readonly accounts: Accounts;
  readonly administration: Administration;
  readonly groups: Pick<Groups, 'find' | 'list'>;
}
