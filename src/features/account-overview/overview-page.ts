import type { FastifyPluginAsync } from 'fastify';
import type { AccountPages } from '../../services/account-pages/index.ts';
import { accountPath } from '../../services/clients/index.ts';
import { accountOverviewPage } from '../../views/pages/account-overview.ts';
import type { AccountOverviewDependencies } from './dependencies.ts';

export const overviewPage =
  ({ pages, summarize, paths }: AccountOverviewDependencies) =>
  (account: AccountPages): FastifyPluginAsync =>
  async (scope) => {
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
  };
