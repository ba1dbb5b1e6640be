import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account, Json } from '../../services/accounts/index.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { type SessionSummary, sessionIdOf } from '../../services/sessions/index.ts';
import { endSessionPage, type SessionModel, sessionsPage } from '../../views/pages/account-sessions.ts';
import type { AccountSessionsDependencies } from './dependencies.ts';
import { othersPath, sessionsPath } from './paths.ts';

interface WithId {
  Params: { readonly id: string };
}

const sessionNotFound = (): Failure =>
  new Failure({
    code: 'session_not_found',
    status: 404,
    message: 'You have no such session. It may have ended meanwhile.',
  });

const isApplication = (client: string): boolean => client !== accountClientId;

export const sessionPages =
  ({ pages, clients, sessions }: AccountSessionsDependencies) =>
  (account: AccountPages): FastifyPluginAsync => {
    const nameOf = async (client: string): Promise<string> =>
      (await clients.get(client))?.metadata.client_name ?? client;

    const describe = async (session: SessionSummary, current: string): Promise<SessionModel> => ({
      id: session.id,
      isCurrent: session.id === current,
      signedInAt: session.signedInAt,
      methods: session.methods,
      apps: await Promise.all(session.clients.filter(isApplication).map(nameOf)),
      ...(session.origin.userAgent !== undefined && { userAgent: session.origin.userAgent }),
      address: session.lastUse?.address ?? session.origin.address,
      lastUsedAt: session.lastUse?.at,
    });

    /** One of the person's own. */
    const find = async (owner: string, id: string): Promise<SessionSummary> => {
      const found = await sessions.find(id, { account: owner });
      if (!found) throw sessionNotFound();
      return found;
    };

    const backToList = (reply: FastifyReply): FastifyReply =>
      reply.header('cache-control', 'no-store').redirect(`${sessionsPath}?done=yes`, 303);

    const offlineToo = (form: Form | undefined): boolean => form?.['offline'] === 'yes';

    return async (scope) => {
      scope.get<{ Querystring: { readonly done?: unknown; readonly after?: unknown } }>(
        sessionsPath,
        async (request, reply) => {
          const { frame, account: owner, session } = account.visitOf(request);
          const { done, after } = request.query;
          const current = sessionIdOf(session.uid);
          const page = await sessions.list(owner.id, { ...(typeof after === 'string' && { cursor: after }) });
          const described = await Promise.all(page.items.map((one) => describe(one, current)));
          const body = sessionsPage(frame, {
            sessions: described.toSorted((a, b) => Number(b.isCurrent) - Number(a.isCurrent)),
            endPath: (id) => `${sessionsPath}/${id}`,
            othersPath,
            isDone: done === 'yes',
            ...(page.next !== undefined && {
              more: `${sessionsPath}?${new URLSearchParams({ after: page.next })}`,
            }),
          });
          return pages.send(request, reply, body);
        },
      );

      scope.get(othersPath, async (request, reply) => {
        const { frame, csrf } = account.visitOf(request);
        return pages.send(
          request,
          reply,
          endSessionPage(frame, { action: othersPath, csrf, back: sessionsPath }),
        );
      });

      scope.post<{ Body: Form | undefined }>(othersPath, async (request, reply) => {
        const { account: owner, session } = account.visitOf(request);
        const kept = sessionIdOf(session.uid);
        await sessions.endOthers(owner.id, kept, { offlineToo: offlineToo(request.body) });
        return backToList(reply);
      });

      scope.get<WithId>(`${sessionsPath}/:id`, async (request, reply) => {
        const { frame, csrf, account: owner, session } = account.visitOf(request);
        const { id } = request.params;
        const one = await describe(await find(owner.id, id), sessionIdOf(session.uid));
        const body = endSessionPage(frame, {
          action: `${sessionsPath}/${one.id}`,
          csrf,
          back: sessionsPath,
          session: one,
        });
        return pages.send(request, reply, body);
      });

      scope.post<WithId & { Body: Form | undefined }>(`${sessionsPath}/:id`, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        const { id } = request.params;
        const ended = await sessions.end(id, { account: owner.id, offlineToo: offlineToo(request.body) });
        if (!ended) throw sessionNotFound();
        return backToList(reply);
      });
    };
  };

const maxExported = 500;

export const exportSessions =
  ({ sessions }: AccountSessionsDependencies) =>
  async ({ id }: Account): Promise<Json> => {
    const { items } = await sessions.list(id, { limit: maxExported });
    return items.map(({ signedInAt, lastUse, origin, methods, clients }) => ({
      signed_in_at: new Date(signedInAt).toISOString(),
      ...(lastUse && { last_used_at: new Date(lastUse.at).toISOString() }),
      ...(origin.userAgent !== undefined && { user_agent: origin.userAgent }),
      ...(origin.address !== undefined && { address: origin.address }),
      methods,
      clients: clients.filter(isApplication),
    }));
  };
