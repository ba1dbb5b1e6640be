import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account } from '../../services/accounts/index.ts';
import { labelOfLink, linkIdOf, type StoredLink } from '../../services/upstreams/index.ts';
import {
  type AccountUpstreamsProblem,
  accountUpstreamsPage,
  removeUpstreamPage,
} from '../../views/pages/account-upstreams.ts';
import type { AccountUpstreamsDependencies } from './dependencies.ts';
import { describeBy } from './described-by.ts';
import { connectPath, removeIdentityPath, upstreamsPath } from './paths.ts';

interface WithId {
  Params: { readonly id: string };
}

interface Shown {
  readonly problem?: AccountUpstreamsProblem;
  readonly status?: number;
}

export type ShowList = (request: FastifyRequest, reply: FastifyReply, shown?: Shown) => Promise<FastifyReply>;

const linkNotFound = (): Failure =>
  new Failure({
    code: 'upstream_link_not_found',
    status: 404,
    message: 'Your account has no such connection. It may have been removed meanwhile.',
  });

export const linkPages = (
  { links, linking, otherWays, pages, upstreams }: AccountUpstreamsDependencies,
  account: AccountPages,
): { readonly pages: FastifyPluginAsync; readonly show: ShowList } => {
  const find = async (owner: Account, id: string): Promise<StoredLink> => {
    const found = (await links.listOf(owner.id)).find((stored) => linkIdOf(stored) === id);
    if (!found) throw linkNotFound();
    return found;
  };

  const modelOf = (stored: StoredLink) => {
    const { upstream, linkedAt } = stored.link;
    return { name: upstreams.nameOf(upstream), label: labelOfLink(stored.link), linkedAt };
  };

  const show: ShowList = async (request, reply, { problem, status = 200 } = {}) => {
    const { frame, account: owner } = account.visitOf(request);
    const { done } = request.query as { readonly done?: unknown };
    const stored = await links.listOf(owner.id);
    const body = accountUpstreamsPage(frame, {
      links: stored.map((one) => ({ ...modelOf(one), remove: removeIdentityPath(linkIdOf(one)) })),
      upstreams: upstreams.all
        .filter(({ link }) => link !== 'never')
        .map(({ id, name }) => ({ name, connect: connectPath(id) })),
      ...(typeof done === 'string' && problem === undefined && { done }),
      ...(problem && { problem }),
    });
    return pages.send(request, reply, body, { status });
  };

  const showRemove = async (
    request: FastifyRequest<WithId>,
    reply: FastifyReply,
    isRefused = false,
  ): Promise<FastifyReply> => {
    const { frame, csrf, account: owner } = account.visitOf(request);
    const { id } = request.params;
    const stored = await find(owner, id);
    const body = removeUpstreamPage(frame, {
      action: removeIdentityPath(id),
      csrf,
      link: modelOf(stored),
      isLast: (await otherWays.besidesLink(owner, stored)) === undefined,
      back: upstreamsPath,
    });
    return pages.send(request, reply, body, { status: isRefused ? 409 : 200 });
  };

  return {
    show,
    pages: async (scope) => {
      const sensitive = { preHandler: account.requireRecentSignIn };

      scope.get(upstreamsPath, async (request, reply) => show(request, reply));

      scope.get<WithId>(removeIdentityPath(':id'), sensitive, async (request, reply) =>
        showRemove(request, reply),
      );

      scope.post<WithId>(removeIdentityPath(':id'), sensitive, async (request, reply) => {
        const visit = account.visitOf(request);
        const stored = await find(visit.account, request.params.id);
        const unlinking = await linking.unlink(visit.account, stored, describeBy(request, visit));
        if (unlinking === 'gone') throw linkNotFound();
        return unlinking === 'removed'
          ? reply.header('cache-control', 'no-store').redirect(`${upstreamsPath}?done=removed`, 303)
          : showRemove(request, reply, true);
      });
    },
  };
};
