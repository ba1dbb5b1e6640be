import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages, AccountVisit } from '../../services/account-pages/index.ts';
import { foldUsername, ifStillSignedIn } from '../../services/accounts/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { Draft } from '../../store/draft.ts';
import { deleteAccountPage } from '../../views/pages/account-data.ts';
import type { AccountDataDependencies } from './dependencies.ts';
import { dataPath, deletedPath, deletePath } from './paths.ts';

const configured = (): Failure =>
  new Failure({
    code: 'account_configured',
    status: 409,
    message: 'Your account is in the configuration of this service. Ask its operator to remove it.',
  });

export const deletePages = (
  { config, events, pages, accountRemoval, notices }: AccountDataDependencies,
  { visitOf, requireRecentSignIn }: AccountPages,
): FastifyPluginAsync => {
  const { enabled: isAudited, retention_days: days } = config.audit;

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { frame, csrf, account }: AccountVisit,
    typed?: string,
  ): FastifyReply =>
    pages.send(
      request,
      reply,
      deleteAccountPage(frame, {
        action: deletePath,
        csrf,
        back: dataPath,
        username: account.username,
        ...(isAudited && { audit: { days } }),
        typed,
      }),
      { status: typed === undefined ? 200 : 422 },
    );

  return async (scope) => {
    scope.get(deletePath, { preHandler: requireRecentSignIn }, async (request, reply) => {
      const visit = visitOf(request);
      if (visit.account.from === 'configuration') throw configured();
      return send(request, reply, visit);
    });

    scope.post<{ Body: Form | undefined }>(
      deletePath,
      { preHandler: requireRecentSignIn },
      async (request, reply) => {
        const visit = visitOf(request);
        const { account } = visit;
        if (account.from === 'configuration') throw configured();
        const typed = (request.body?.['login'] ?? '').trim();
        if (foldUsername(typed) !== foldUsername(account.username)) return send(request, reply, visit, typed);
        const { tag } = visit.frame.page.messages;
        const notice = notices.draftDeleted(account, describeRequest(request, tag));
        await Draft.commitWith((writesOf) =>
          accountRemoval.remove(account.id, {
            keepsAdministrator: config.admin.enabled,
            check: ifStillSignedIn(account, { endsWithOthers: true }),
            also: () => writesOf(notice),
          }),
        );
        events.emit({
          type: 'account.deleted',
          outcome: 'ok',
          account: account.id,
          address: request.ip,
          correlation: request.id,
        });
        return reply.header('cache-control', 'no-store').redirect(deletedPath, 303);
      },
    );
  };
};
