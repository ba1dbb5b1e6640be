/**
 * Owns `/account`, where people arrive: who they are, the other account pages with the state of what each is for, and
 * what would make the account safer.
 *
 * GET /account
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { SummarizeAccount } from '../../services/account-summary/index.ts';
import { accountPath } from '../../services/clients/index.ts';
import { type AccountOverviewModel, accountOverviewPage } from '../../views/pages/account-overview.ts';

interface Dependencies {
  readonly pages: Pages;
  readonly summarize: SummarizeAccount;
  /** The pages with a state. Those that aren't in the menu are left out. */
  readonly paths: AccountOverviewModel['paths'];
}

export const accountOverview = ({ pages, summarize, paths }: Dependencies): Feature => ({
  name: 'account-overview',
  account: {
    menu: { path: accountPath, label: ({ account }) => account.overview.menu },
    pages: (account) => async (scope) => {
      scope.get(accountPath, async (request, reply) => {
        const { frame, account: person } = account.visitOf(request);
        const { username, hasPassword, createdAt, passwordChangedAt, claims } = person;
        const { name, email } = claims;
        const body = accountOverviewPage(frame, {
          ...(await summarize(person.id)),
          paths,
          name: typeof name === 'string' && name !== '' ? name : username,
          ...(typeof email === 'string' && {
            email: { address: email, isVerified: claims['email_verified'] === true },
          }),
          hasPassword,
          createdAt,
          passwordChangedAt,
        });
        return pages.send(request, reply, body);
      });
    },
  },
});
