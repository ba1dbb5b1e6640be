import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form } from '../../http/interactions/step.ts';
import { findSignedInAccount } from '../../services/sign-ins/index.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import { type PendingRequest, type RequestsModel, requestsPage } from '../../views/pages/requests.ts';
import { describeScopes } from '../../views/scopes.ts';
import { recordDecision } from './decision.ts';
import type { CibaDependencies } from './index.ts';
import { listPending } from './pending-requests.ts';

const path = '/account/requests';

/** `/account/requests`: what clients wait for, for the person who is signed in to this browser. */
export const approvalPages = (dependencies: CibaDependencies): FastifyPluginAsync => {
  const { config, store, clock, pages, accounts, levels, events, engine, cookieKeys } = dependencies;
  const scopesOf = (audience: string): readonly string[] =>
    config.resources.find((resource) => resource.audience === audience)?.scopes ?? [];
  const macSubject = (session: string, handle: string) => ['request', session, handle] as const;

  const loadSession = (request: FastifyRequest, reply: FastifyReply) => {
    const { provider } = engine();
    return provider.Session.get(provider.createContext(request.raw, reply.raw));
  };

  const sendPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { outcome, status = 200 }: { outcome?: RequestsModel['outcome']; status?: number } = {},
  ): Promise<FastifyReply> => {
    const page = pages.pageFor(request);
    const session = await loadSession(request, reply);
    const person = await findSignedInAccount(session, accounts);
    if (!person) {
      return pages.send(request, reply, requestsPage(page, { action: path }), { status: 401 });
    }
    const pending = await listPending(store, clock, person.id);
    const requests = await Promise.all(
      pending.map(async ({ handle, payload }): Promise<PendingRequest[]> => {
        const client = await engine().provider.Client.find(payload.clientId ?? '');
        const message = payload.params?.['binding_message'];
        if (!client) return [];
        return [
          {
            handle,
            csrf: macOf(macSubject(session.uid, handle), cookieKeys()),
            client: displayOf(client),
            scopes: describeScopes(payload.scope ?? '', config.scopes, page.messages),
            ...(typeof message === 'string' && { message }),
          },
        ];
      }),
    );
    const body = requestsPage(page, {
      action: path,
      requests: requests.flat(),
      ...(outcome !== undefined && { outcome }),
    });
    return pages.send(request, reply, body, { status });
  };

  const submitDecision = async (request: FastifyRequest, reply: FastifyReply, form: Form) => {
    const { provider } = engine();
    const session = await loadSession(request, reply);
    const handle = form['request'] ?? '';
    const accountId = (await findSignedInAccount(session, accounts))?.id;
    if (accountId === undefined || !verifyMac(form['csrf'], macSubject(session.uid, handle), cookieKeys())) {
      throw new Failure({
        code: 'form_expired',
        status: 403,
        message: 'This form is no longer valid. Go back and load it again.',
      });
    }
    const pending = (await listPending(store, clock, accountId)).find(
      (candidate) => candidate.handle === handle,
    );
    const backchannelRequest = pending && (await provider.BackchannelAuthenticationRequest.find(pending.id));
    if (!backchannelRequest) return 'gone';
    const decided = { provider, request: backchannelRequest, session, levels, scopesOf };
    const outcome = await runInUnitOfWork(store, async (work) => {
      const decision = await recordDecision(decided, form['decision'] === 'allow');
      await work.commit();
      return decision;
    });
    events.emit({
      type: 'ciba.answered',
      outcome: outcome === 'approved' ? 'ok' : 'refused',
      account: accountId,
      address: request.ip,
      correlation: request.id,
      ...(backchannelRequest.clientId !== undefined && { client: backchannelRequest.clientId }),
    });
    return outcome;
  };

  return async (scope) => {
    scope.get(path, async (request, reply) => {
      const answerInQuery = (request.query as { readonly answer?: unknown }).answer;
      const outcome =
        answerInQuery === 'approved' || answerInQuery === 'denied' || answerInQuery === 'tooWeak'
          ? answerInQuery
          : undefined;
      return sendPage(request, reply, { outcome });
    });
    scope.post<{ Body: Form }>(path, async (request, reply) => {
      const outcome = await submitDecision(request, reply, request.body ?? {});
      if (outcome === 'gone') return sendPage(request, reply, { outcome, status: 410 });
      return reply.header('cache-control', 'no-store').redirect(`${path}?answer=${outcome}`, 303);
    });
  };
};
