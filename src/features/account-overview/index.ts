/**
 * Owns `/account`, where people arrive: who they are, and what the other account pages are for.
 *
 * GET /account
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { accountPath } from '../../services/clients/index.ts';
import { accountOverviewPage } from '../../views/pages/account-overview.ts';

export const accountOverview = (pages: Pages): Feature => ({
  name: 'account-overview',
  account: {
    menu: { path: accountPath, label: ({ account }) => account.overview.menu },
    pages: (account) => async (scope) => {
      scope.get(accountPath, async (request, reply) => {
        const { frame, account: person } = account.visitOf(request);
        const { createdAt, passwordChangedAt } = person;
        const body = accountOverviewPage(frame, {
          ...(createdAt !== undefined && { createdAt }),
          ...(passwordChangedAt !== undefined && { passwordChangedAt }),
        });
        return pages.send(request, reply, body);
      });
    },
  },
});
