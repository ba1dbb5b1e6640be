import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages, AccountVisit } from '../../services/account-pages/index.ts';
import {
  arrivalGone,
  type ConnectedUpstream,
  isArrivalUsed,
  labelOf,
  reportFailure,
  toUpstreamFailure,
  type UpstreamIdentity,
} from '../../services/upstreams/index.ts';
import { type AccountUpstreamsProblem, confirmUpstreamPage } from '../../views/pages/account-upstreams.ts';
import { redirectPage } from '../../views/pages/redirect.ts';
import type { AccountUpstreamsDependencies } from './dependencies.ts';
import { describeBy } from './described-by.ts';
import type { ShowList } from './link-pages.ts';
import { confirmPath, connectPath, leavePath, upstreamsPath } from './paths.ts';

interface WithUpstream {
  Params: { readonly upstream: string };
}

interface CameBack {
  Querystring: { readonly arrival?: unknown; readonly failed?: unknown; readonly by?: unknown };
}

const statuses = {
  unavailable: 503,
  denied: 403,
  invalid: 400,
  not_allowed: 403,
  linked_elsewhere: 409,
} as const;

/** What the callback found out. It only chooses a sentence of this server. */
const failures = ['unavailable', 'denied', 'invalid', 'not_allowed'] as const;

/** An arrival is for the account and the session that left, so no other browser or person can link it. */
const purposeOf = ({ account, session }: AccountVisit): string => `account ${account.id} ${session.uid}`;

export const connectPages = (
  {
    arrivals,
    clock,
    events,
    flowCookies,
    linking,
    pages,
    provisioning,
    showList,
    upstreams,
  }: AccountUpstreamsDependencies & { readonly showList: ShowList },
  account: AccountPages,
): FastifyPluginAsync => {
  const find = (id: string | undefined): ConnectedUpstream | undefined => {
    const upstream = upstreams.find(id);
    return upstream?.link === 'never' ? undefined : upstream;
  };

  const showProblem = (
    request: FastifyRequest,
    reply: FastifyReply,
    kind: AccountUpstreamsProblem['kind'],
    upstream: ConnectedUpstream,
  ): Promise<FastifyReply> =>
    showList(request, reply, {
      problem: { kind, upstream: upstream.name },
      status: statuses[kind],
    });

  const backToList = (reply: FastifyReply, done?: 'linked'): FastifyReply =>
    reply
      .header('cache-control', 'no-store')
      .redirect(done === undefined ? upstreamsPath : `${upstreamsPath}?done=${done}`, 303);

  /** The account that the person of the upstream is linked to. */
  const ownerOf = async (identity: UpstreamIdentity): Promise<string | undefined> => {
    const linked = await provisioning.find(identity);
    return linked?.isSamePerson ? linked.account.id : undefined;
  };

  /** The same form was sent before. */
  const isDone = async (request: FastifyRequest, arrival: string): Promise<boolean> => {
    const visit = account.visitOf(request);
    const identity = await arrivals.findUsed(arrival, purposeOf(visit));
    return identity !== undefined && (await ownerOf(identity)) === visit.account.id;
  };

  const findArrived = async (request: FastifyRequest, arrival: string) => {
    const found = await arrivals.find(arrival, purposeOf(account.visitOf(request)));
    const upstream = upstreams.findFor(found.identity);
    if (!upstream || upstream.link === 'never') throw arrivalGone();
    return { ...found, upstream };
  };

  return async (scope) => {
    const sensitive = { preHandler: account.requireRecentSignIn };

    // A page goes on rather than a redirect: browsers apply the `form-action` of the sign-in page to each redirect
    // after it.
    scope.get<WithUpstream>(connectPath(':upstream'), sensitive, async (request, reply) => {
      const upstream = find(request.params.upstream);
      if (!upstream) return reply.callNotFound();
      const { frame } = account.visitOf(request);
      const body = redirectPage(frame.page, { href: leavePath(upstream.id), to: upstream.name });
      return pages.send(request, reply, body);
    });

    scope.get<WithUpstream>(leavePath(':upstream'), async (request, reply) => {
      const upstream = find(request.params.upstream);
      if (!upstream) return reply.callNotFound();
      const visit = account.visitOf(request);
      try {
        // A person with several identities there chooses the one to link.
        const { url, checks } = await upstream.protocol.begin({ prompt: 'select_account' });
        const cookie = flowCookies.begin({
          upstream: upstream.id,
          purpose: purposeOf(visit),
          returnTo: confirmPath,
          checks,
          at: clock.now(),
        });
        return reply.header('set-cookie', cookie).header('cache-control', 'no-store').redirect(url, 303);
      } catch (error) {
        const failure = toUpstreamFailure(error);
        reportFailure(events, request, { upstream, failure });
        return showProblem(request, reply, failure.problem, upstream);
      }
    });

    scope.get<CameBack>(confirmPath, sensitive, async (request, reply) => {
      const { arrival, failed, by } = request.query;
      const kind = failures.find((one) => one === failed);
      const failedAt = kind && upstreams.find(typeof by === 'string' ? by : undefined);
      if (kind && failedAt) return showProblem(request, reply, kind, failedAt);
      if (typeof arrival !== 'string' || (await isDone(request, arrival))) return backToList(reply);
      const { identity, upstream } = await findArrived(request, arrival);
      const { frame, csrf, account: owner } = account.visitOf(request);
      const linkedTo = await ownerOf(identity);
      if (linkedTo === owner.id) return backToList(reply, 'linked');
      if (linkedTo !== undefined) return showProblem(request, reply, 'linked_elsewhere', upstream);
      const body = confirmUpstreamPage(frame, {
        action: confirmPath,
        csrf,
        arrival,
        upstream: upstream.name,
        label: labelOf(identity),
        account: frame.account.name,
        back: upstreamsPath,
      });
      return pages.send(request, reply, body);
    });

    scope.post<{ Body: Form | undefined }>(confirmPath, sensitive, async (request, reply) => {
      const visit = account.visitOf(request);
      const { arrival = '' } = request.body ?? {};
      if (await isDone(request, arrival)) return backToList(reply, 'linked');
      const { identity, consume, upstream } = await findArrived(request, arrival);
      try {
        const linked = await linking.link(visit.account, identity, consume, describeBy(request, visit));
        if (linked || (await ownerOf(identity)) === visit.account.id) return backToList(reply, 'linked');
        return showProblem(request, reply, 'linked_elsewhere', upstream);
      } catch (error) {
        if (!isArrivalUsed(error)) throw error;
        if (await isDone(request, arrival)) return backToList(reply, 'linked');
        throw arrivalGone();
      }
    });
  };
};
