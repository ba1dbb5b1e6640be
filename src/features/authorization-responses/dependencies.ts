import type { Pages } from '../../http/pages/pages.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Clock } from '../../store/port.ts';

export interface ResponseDependencies {
  readonly pages: Pages;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly clock: Clock;
}
