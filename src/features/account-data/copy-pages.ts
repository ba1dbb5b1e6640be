import type { FastifyPluginAsync } from 'fastify';
import type { AccountPages } from '../../services/account-pages/index.ts';
import { accountDataPage } from '../../views/pages/account-data.ts';
import type { AccountDataDependencies } from './dependencies.ts';
import { dataPath, deletePath } from './paths.ts';

export const copyPages =
  (
    { config, clock, events, pages }: AccountDataDependencies,
    { visitOf, requireRecentSignIn, exportAll }: AccountPages,
  ): FastifyPluginAsync =>
  async (scope) => {
    const canDelete = config.profile.delete_account;

    scope.get(dataPath, { preHandler: requireRecentSignIn }, async (request, reply) => {
      const { frame, csrf } = visitOf(request);
      const body = accountDataPage(frame, {
        action: dataPath,
        csrf,
        ...(canDelete && { deletion: deletePath }),
      });
      return pages.send(request, reply, body);
    });

    scope.post(dataPath, { preHandler: requireRecentSignIn }, async (request, reply) => {
      const { account } = visitOf(request);
      const content = {
        issuer: config.issuer,
        exported_at: new Date(clock.now()).toISOString(),
        ...(await exportAll(account)),
      };
      events.emit({
        type: 'account.data_copied',
        outcome: 'ok',
        account: account.id,
        address: request.ip,
        correlation: request.id,
      });
      return reply
        .headers({
          'content-type': 'application/json; charset=utf-8',
          'content-disposition': 'attachment; filename="account.json"',
          'cache-control': 'no-store',
          'x-content-type-options': 'nosniff',
        })
        .send(JSON.stringify(content, null, 2));
    });
  };
