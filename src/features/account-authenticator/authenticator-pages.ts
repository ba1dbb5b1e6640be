import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import { renewSignIn } from '../../provider/sessions/renew-sign-in.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account, Json } from '../../services/accounts/index.ts';
import { type NewAuthenticator, qrCodeOf } from '../../services/factors/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { codeMethods } from '../../services/sign-ins/index.ts';
import {
  accountCodesPage,
  addAuthenticatorPage,
  authenticatorsPage,
  removeAuthenticatorPage,
  renewCodesPage,
} from '../../views/pages/account-authenticator.ts';
import type { SetUpProblem } from '../../views/pages/set-up-factor.ts';
import type { AccountAuthenticatorDependencies } from './dependencies.ts';
import { addPath, authenticatorPath, codesPath, removeAppPath } from './paths.ts';

interface WithId {
  Params: { readonly id: string };
}

interface WithForm {
  Body: Form | undefined;
}

const authenticatorNotFound = (): Failure =>
  new Failure({
    code: 'factor_not_found',
    status: 404,
    message: 'You have no such authenticator app. It may have been removed meanwhile.',
  });

const backToList = (reply: FastifyReply, done: string): FastifyReply =>
  reply.header('cache-control', 'no-store').redirect(`${authenticatorPath}?done=${done}`, 303);

export const authenticatorPages =
  (dependencies: AccountAuthenticatorDependencies) =>
  (account: AccountPages): FastifyPluginAsync => {
    const { config, store, clock, pages, factors, completeSignIn, knownDevices, engine } = dependencies;
    const { offered, required } = config.security.factors;

    const by = (request: FastifyRequest) => ({
      address: request.ip,
      correlation: request.id,
      request: describeRequest(request, account.visitOf(request).frame.page.messages.tag),
    });

    const placeOf = (request: FastifyRequest): string => `session ${account.visitOf(request).session.uid}`;

    const showAdd = async (
      request: FastifyRequest,
      reply: FastifyReply,
      shown: { authenticator?: NewAuthenticator | undefined; problem?: SetUpProblem } = {},
    ): Promise<FastifyReply> => {
      const { frame, csrf, account: owner } = account.visitOf(request);
      const { authenticator = factors.begin(owner, placeOf(request)), problem } = shown;
      const body = addAuthenticatorPage(frame, {
        action: addPath,
        csrf,
        pending: authenticator.pending,
        secret: authenticator.secret,
        qr: await qrCodeOf(authenticator.uri),
        isFirst: (await factors.of(owner)).authenticators.length === 0,
        back: authenticatorPath,
        problem,
      });
      return pages.send(request, reply, body, { status: problem === undefined ? 200 : 422 });
    };

    /** The first app ends the sessions of the password alone. In this one, the person has given both. */
    const renew = async (request: FastifyRequest): Promise<readonly string[]> => {
      const { account: owner, session } = account.visitOf(request);
      const renewed = await renewSignIn(
        { provider: engine().provider, store },
        {
          raw: request.raw,
          correlationId: request.id,
          address: request.ip,
          at: clock.now(),
          strength: completeSignIn.strengthen(owner, session, codeMethods),
        },
      );
      return [...renewed, knownDevices.cookieAfterSignIn(request.headers, owner, { secondFactor: true })];
    };

    const find = async (owner: Account, id: string) => {
      const { authenticators } = await factors.of(owner);
      const app = authenticators.find((one) => one.id === id);
      if (!app) throw authenticatorNotFound();
      return { app, isLast: authenticators.length === 1 };
    };

    return async (scope) => {
      const sensitive = { preHandler: account.requireRecentSignIn };

      scope.get<{ Querystring: { readonly done?: unknown } }>(authenticatorPath, async (request, reply) => {
        const { frame, account: owner } = account.visitOf(request);
        const { authenticators, recovery } = await factors.of(owner);
        const { done } = request.query;
        const body = authenticatorsPage(frame, {
          apps: authenticators,
          codesLeft: offered.includes('recovery_codes') ? (recovery?.left ?? 0) : undefined,
          isRequired: required === 'always',
          add: factors.isOffered ? addPath : undefined,
          newCodes: codesPath,
          removePathOf: removeAppPath,
          done: typeof done === 'string' ? done : undefined,
        });
        return pages.send(request, reply, body);
      });

      if (factors.isOffered) {
        scope.get(addPath, sensitive, async (request, reply) => showAdd(request, reply));

        scope.post<WithForm>(addPath, sensitive, async (request, reply) => {
          const { frame, account: owner } = account.visitOf(request);
          const { pending = '', code = '' } = request.body ?? {};
          const place = placeOf(request);
          const authenticator = factors.resume(owner, place, pending);
          if (code.trim() === '') return showAdd(request, reply, { authenticator, problem: 'missing' });
          const verdict = await factors.enrol(owner, { place, pending, code, by: by(request) });
          if (verdict.outcome === 'repeated') return backToList(reply, 'added');
          if (verdict.outcome !== 'added')
            return showAdd(request, reply, { authenticator, problem: verdict.outcome });
          reply.header('set-cookie', await renew(request));
          if (!verdict.recoveryCodes) return backToList(reply, 'added');
          const codes = verdict.recoveryCodes;
          return pages.send(
            request,
            reply,
            accountCodesPage(frame, { codes, next: `${authenticatorPath}?done=added` }),
          );
        });
      }

      scope.get(codesPath, sensitive, async (request, reply) => {
        const { frame, csrf } = account.visitOf(request);
        const body = renewCodesPage(frame, { action: codesPath, csrf, back: authenticatorPath });
        return pages.send(request, reply, body);
      });

      scope.post(codesPath, sensitive, async (request, reply) => {
        const { frame, account: owner } = account.visitOf(request);
        const codes = await factors.renewRecoveryCodes(owner, by(request));
        if (!codes) throw authenticatorNotFound();
        return pages.send(request, reply, accountCodesPage(frame, { codes, next: authenticatorPath }));
      });

      scope.get<WithId>(removeAppPath(':id'), sensitive, async (request, reply) => {
        const { frame, csrf, account: owner } = account.visitOf(request);
        const { id } = request.params;
        const body = removeAuthenticatorPage(frame, {
          ...(await find(owner, id)),
          action: removeAppPath(id),
          csrf,
          back: authenticatorPath,
        });
        return pages.send(request, reply, body);
      });

      scope.post<WithId & WithForm>(removeAppPath(':id'), sensitive, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        if (!(await factors.removeAuthenticator(owner, request.params.id, by(request))))
          throw authenticatorNotFound();
        return backToList(reply, 'removed');
      });
    };
  };

export const exportFactors =
  ({ factors }: Pick<AccountAuthenticatorDependencies, 'factors'>) =>
  async (account: Account): Promise<Json> => {
    const { authenticators, recovery } = await factors.of(account);
    return {
      authenticators: authenticators.map(({ createdAt, lastUsedAt }) => ({
        created_at: new Date(createdAt).toISOString(),
        ...(lastUsedAt !== undefined && { last_used_at: new Date(lastUsedAt).toISOString() }),
      })),
      recovery_codes_left: recovery?.left ?? 0,
    };
  };
