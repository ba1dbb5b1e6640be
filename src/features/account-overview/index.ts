/**
 * Owns `/account`, where people arrive: who they are, the other account pages with the state of what each is for, and
 * what would make the account safer.
 *
 * GET /account
 */
import type { Feature } from '../../feature.ts';
import { accountPath } from '../../services/clients/index.ts';
import type { AccountOverviewDependencies } from './dependencies.ts';

export const accountOverview = (dependencies: AccountOverviewDependencies): Feature => ({
  name: 'account-overview',
  account: {
    menu: { path: accountPath, label: ({ account }) => account.overview.menu },
    pages: async (account) => (await import('./overview-page.ts')).overviewPage(dependencies)(account),
  },
});
