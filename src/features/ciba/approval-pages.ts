import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { scopeDescriptions } from '#config';
import { macOf } from '../../form-mac.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { Form } from '../../http/pages/form.ts';
import { createClaimRelease, signInClaims } from '../../provider/claims/claim-release.ts';
import { createReceivedClaims } from '../../provider/claims/claims-for-apis.ts';
import { accountSignInHref, createSignInRequests } from '../../services/account-pages/index.ts';
import { accountPath } from '../../services/clients/index.ts';
import { findReadyAccount, loadSession, type Session } from '../../services/sign-ins/index.ts';
import { describeDetails } from '../../views/authorization-details.ts';
import type { Page } from '../../views/page.ts';
import { type PendingRequest, type RequestsModel, requestsPage } from '../../views/pages/requests.ts';
import { describeClaims, describeScopes } from '../../views/scopes.ts';
import type { CibaDependencies } from './dependencies.ts';
import { formMacSubject } from './form-mac-subject.ts';
import { requestedAudiences, requestedClaims, requestedDetails } from './grant.ts';
import { listPending } from './pending-requests.ts';
import { createSubmitDecision } from './submit-decision.ts';

export const requestsPath = '/account/requests';

/** `/account/requests` shows what clients ask of the person who is signed in to this browser. */
export const approvalPages = (dependencies: CibaDependencies): FastifyPluginAsync => {
  const { config, pages, accounts, engine, cookieKeys } = dependencies;
  const descriptions = scopeDescriptions(config);
  const isReleased = createClaimRelease(config);
  const receivedClaims = createReceivedClaims(config);
  const submitDecision = createSubmitDecision(dependencies);
  const signIns = createSignInRequests(dependencies);

  const describePending = async (
    account: string,
    session: Session,
    page: Page,
  ): Promise<readonly PendingRequest[]> => {
    const pending = await listPending(dependencies, account);
    const described = await Promise.all(
      pending.map(async ({ handle, payload }): Promise<PendingRequest[]> => {
        const client = await engine().provider.Client.find(payload.clientId ?? '');
        const message = payload.params?.['binding_message'];
        if (!client) return [];
        const allowed = new Set(payload.scope?.split(' '));
        const claims = requestedClaims(payload).filter(
          (name) => !signInClaims.has(name) && isReleased(client, name),
        );
        return [
          {
            handle,
            csrf: macOf(formMacSubject(session, handle), cookieKeys()),
            client: displayOf(client),
            scopes: describeScopes(payload.scope ?? '', descriptions, page.messages),
            claims: describeClaims(claims, descriptions, page.messages),
            resources: requestedAudiences(payload).map((name) => ({
              name,
              receives: describeClaims(receivedClaims(name, client, allowed), descriptions, page.messages),
            })),
            details: describeDetails(requestedDetails(payload), descriptions, page.messages.tag),
            ...(typeof message === 'string' && { message }),
          },
        ];
      }),
    );
    return described.flat();
  };

  const sendPage = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { outcome, status = 200 }: { outcome?: RequestsModel['outcome']; status?: number } = {},
  ): Promise<FastifyReply> => {
    const page = pages.pageFor(request);
    const session = await loadSession(engine().provider, request, reply);
    const account = await findReadyAccount(session, accounts);
    if (!account) {
      return pages.send(
        request,
        reply,
        requestsPage(page, { action: requestsPath, signIn: accountSignInHref(requestsPath) }),
        { status: 401 },
      );
    }
    const body = requestsPage(page, {
      action: requestsPath,
      account: accountPath,
      requests: await describePending(account.id, session, page),
      ...(outcome !== undefined && { outcome }),
    });
    return pages.send(request, reply, body, { status });
  };

  return async (scope) => {
    scope.get<{ Querystring: { readonly answer?: unknown } }>(requestsPath, async (request, reply) => {
      const { answer } = request.query;
      const outcome = (['approved', 'denied', 'noAccess', 'otherWay', 'tooWeak'] as const).find(
        (one) => one === answer,
      );
      return sendPage(request, reply, { outcome });
    });
    scope.post<{ Body: Form }>(requestsPath, async (request, reply) => {
      const outcome = await submitDecision(request, reply, request.body ?? {});
      if (typeof outcome === 'object')
        return signIns.start(request, reply, { returnTo: requestsPath, parameters: outcome.signIn });
      if (outcome === 'gone') return sendPage(request, reply, { outcome, status: 410 });
      return reply.header('cache-control', 'no-store').redirect(`${requestsPath}?answer=${outcome}`, 303);
    });
  };
};
