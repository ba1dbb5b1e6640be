import type { Pages } from '../../http/pages/pages.ts';
import type { SummarizeAccount } from '../../services/account-summary/index.ts';
import type { AccountOverviewModel } from '../../views/pages/account-overview.ts';

export interface AccountOverviewDependencies {
  readonly pages: Pages;
  readonly summarize: SummarizeAccount;
  /** The pages with a state. Those that aren't in the menu are left out. */
  readonly paths: AccountOverviewModel['paths'];
}
