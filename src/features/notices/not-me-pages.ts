import type { FastifyPluginAsync } from 'fastify';
import type { Account } from '../../services/accounts/index.ts';
import { linkGone, submitOnce } from '../../services/one-time-links/index.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { notMeDonePage, notMePage } from '../../views/pages/not-me.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { notMePath, notMePurpose } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

export const notMePages = ({
  store,
  events,
  pages,
  accounts,
  endEverything,
  links,
  requestReset,
}: NoticesDependencies): FastifyPluginAsync => {
  const findNotMe = async (token: string) => {
    const link = await links.find(notMePurpose, token);
    const account: Account | undefined = await accounts.find(link.account ?? '');
    if (!account) throw linkGone();
    return { link, account };
  };

  return async (scope) => {
    scope.get(notMePath, async (request, reply) =>
      pages.send(request, reply, notMeDonePage(pages.pageFor(request))),
    );

    scope.get<WithToken>(`${notMePath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const { account } = await findNotMe(token);
      const body = notMePage(pages.pageFor(request), {
        action: `${notMePath}/${token}`,
        account: account.username,
      });
      return pages.send(request, reply, body);
    });

    scope.post<WithToken>(`${notMePath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const done = () => reply.header('cache-control', 'no-store').redirect(notMePath, 303);
      return submitOnce({
        async submit() {
          const { link, account } = await findNotMe(token);
          // Before the link is used up: a request that was interrupted can be repeated.
          await endEverything(account.id);
          await links.useUp(link, async (consume) => {
            const work = new UnitOfWork(store);
            work.stage(consume);
            await requestReset(account, work);
            await work.commit();
          });
          events.emit({
            type: 'account.reported',
            outcome: 'ok',
            account: account.id,
            address: request.ip,
            correlation: request.id,
          });
          return done();
        },
        isRepeated: async () => (await links.findJustUsed(notMePurpose, token)) !== undefined,
        done,
      });
    });
  };
};
