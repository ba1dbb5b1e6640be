import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { faceOf } from '../../http/interactions/faces.ts';
import type { Form } from '../../http/interactions/step.ts';
import { sealOf, sealsMatch } from '../../http/pages/seal.ts';
import { withWork } from '../../store/current-work.ts';
import { type PendingRequest, type RequestsModel, requestsPage } from '../../views/pages/requests.ts';
import { scopesInWords } from '../../views/scopes.ts';
import { personOf } from '../sign-in/index.ts';
import { answer } from './answer.ts';
import type { CibaParts } from './index.ts';
import { pendingOf } from './pending.ts';

const path = '/account/requests';

/** `/account/requests`: what clients wait for, for the person who is signed in to this browser. */
export const requestsRoom = (parts: CibaParts): FastifyPluginAsync => {
  const { config, store, clock, pages, accounts, levels, events, engine, sealKeys } = parts;
  const scopesOf = (audience: string): readonly string[] =>
    config.resources.find((resource) => resource.audience === audience)?.scopes ?? [];
  const subject = (session: string, handle: string) => ['request', session, handle] as const;

  const sessionOf = (request: FastifyRequest, reply: FastifyReply) => {
    const { provider } = engine();
    return provider.Session.get(provider.createContext(request.raw, reply.raw));
  };

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { outcome, status = 200 }: { outcome?: RequestsModel['outcome']; status?: number } = {},
  ): Promise<FastifyReply> => {
    const page = pages.pageFor(request);
    const session = await sessionOf(request, reply);
    const person = await personOf(session, accounts);
    if (!person) {
      return pages.send(request, reply, requestsPage(page, { action: path }), { status: 401 });
    }
    const pending = await pendingOf(store, clock, person.id);
    const requests = await Promise.all(
      pending.map(async ({ handle, payload }): Promise<PendingRequest[]> => {
        const client = await engine().provider.Client.find(payload.clientId ?? '');
        const message = payload.params?.['binding_message'];
        if (!client) return [];
        return [
          {
            handle,
            csrf: sealOf(subject(session.uid, handle), sealKeys()),
            client: faceOf(client),
            scopes: scopesInWords(payload.scope ?? '', config.scopes, page.messages),
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

  const decide = async (request: FastifyRequest, reply: FastifyReply, form: Form) => {
    const { provider } = engine();
    const session = await sessionOf(request, reply);
    const handle = form['request'] ?? '';
    const accountId = (await personOf(session, accounts))?.id;
    if (accountId === undefined || !sealsMatch(form['csrf'], subject(session.uid, handle), sealKeys())) {
      throw new Failure({
        code: 'form_expired',
        status: 403,
        message: 'This form is no longer valid. Go back and load it again.',
      });
    }
    const found = (await pendingOf(store, clock, accountId)).find((one) => one.handle === handle);
    const waiting = found && (await provider.BackchannelAuthenticationRequest.find(found.id));
    if (!waiting) return 'gone';
    const asked = { provider, request: waiting, session, levels, scopesOf };
    const outcome = await withWork(store, async (work) => {
      const answered = await answer(asked, form['decision'] === 'allow');
      await work.commit();
      return answered;
    });
    events.emit({
      type: 'ciba.answered',
      outcome: outcome === 'approved' ? 'ok' : 'refused',
      account: accountId,
      address: request.ip,
      correlation: request.id,
      ...(waiting.clientId !== undefined && { client: waiting.clientId }),
    });
    return outcome;
  };

  return async (scope) => {
    scope.get(path, async (request, reply) => {
      const told = (request.query as { readonly answer?: unknown }).answer;
      const outcome = told === 'approved' || told === 'denied' || told === 'tooWeak' ? told : undefined;
      return show(request, reply, { outcome });
    });
    scope.post<{ Body: Form }>(path, async (request, reply) => {
      const outcome = await decide(request, reply, request.body ?? {});
      if (outcome === 'gone') return show(request, reply, { outcome, status: 410 });
      return reply.header('cache-control', 'no-store').redirect(`${path}?answer=${outcome}`, 303);
    });
  };
};
