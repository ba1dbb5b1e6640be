import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages } from '../../services/account-pages/index.ts';
import type { Account, Json } from '../../services/accounts/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import { type Passkey, PasskeyRefused } from '../../services/passkeys/index.ts';
import {
  type AddPasskeyModel,
  addPasskeyPage,
  passkeyPage,
  passkeysPage,
  removePasskeyPage,
} from '../../views/pages/account-passkeys.ts';
import type { PasskeySignal } from '../../views/passkey-form.ts';
import type { PasskeysDependencies } from './dependencies.ts';
import { addPath, passkeysPath, removePasskeyPath } from './paths.ts';
import { emitPasskeyRefused } from './refused-event.ts';

interface WithId {
  Params: { readonly id: string };
}

interface WithForm {
  Body: Form | undefined;
}

const passkeyNotFound = (): Failure =>
  new Failure({
    code: 'passkey_not_found',
    status: 404,
    message: 'You have no such passkey. It may have been removed meanwhile.',
  });

const backToList = (reply: FastifyReply, done: string): FastifyReply =>
  reply.header('cache-control', 'no-store').redirect(`${passkeysPath}?done=${done}`, 303);

export const passkeyPages =
  ({ events, otherWays, pages, passkeys }: PasskeysDependencies) =>
  (account: AccountPages): FastifyPluginAsync => {
    const find = async (owner: Account, id: string): Promise<Passkey> => {
      const found = (await passkeys.list(owner.id)).find((passkey) => passkey.id === id);
      if (!found) throw passkeyNotFound();
      return found;
    };

    const by = (request: FastifyRequest) => ({ address: request.ip, correlation: request.id });

    const withNotice = (request: FastifyRequest) => ({
      ...by(request),
      notice: describeRequest(request, account.visitOf(request).frame.page.messages.tag),
    });

    /** Providers then offer what works, under the present name of the account. */
    const signalsFor = async (owner: Account): Promise<readonly PasskeySignal[]> => {
      const { rpId, userId, name, displayName, allAcceptedCredentialIds } = await passkeys.accepted(owner);
      return [
        { method: 'signalAllAcceptedCredentials', rpId, userId, allAcceptedCredentialIds },
        { method: 'signalCurrentUserDetails', rpId, userId, name, displayName },
      ];
    };

    const purposeOf = (request: FastifyRequest) => {
      const { account: owner, session } = account.visitOf(request);
      return ['enrolment', owner.id, session.uid] as const;
    };

    const showAdd = async (
      request: FastifyRequest,
      reply: FastifyReply,
      { problem, waitSeconds }: Pick<AddPasskeyModel, 'problem' | 'waitSeconds'> = {},
    ): Promise<FastifyReply> => {
      const { frame, csrf, account: owner } = account.visitOf(request);
      const options = await passkeys.creationOptions(purposeOf(request), owner);
      const model = { action: addPath, csrf, options, back: passkeysPath, problem, waitSeconds };
      if (waitSeconds !== undefined) reply.header('retry-after', String(waitSeconds));
      const status = waitSeconds !== undefined ? 429 : problem === undefined ? 200 : 422;
      return pages.send(request, reply, addPasskeyPage(frame, model), { status });
    };

    /** Shows a name that was refused, if there is one. */
    const showOne = async (
      request: FastifyRequest,
      reply: FastifyReply,
      id: string,
      refused?: string,
    ): Promise<FastifyReply> => {
      const { frame, csrf, account: owner } = account.visitOf(request);
      const body = passkeyPage(frame, {
        action: `${passkeysPath}/${id}`,
        csrf,
        passkey: await find(owner, id),
        back: passkeysPath,
        refused,
      });
      return pages.send(request, reply, body, { status: refused === undefined ? 200 : 422 });
    };

    const showRemove = async (
      request: FastifyRequest,
      reply: FastifyReply,
      id: string,
      isRefused = false,
    ): Promise<FastifyReply> => {
      const { frame, csrf, account: owner } = account.visitOf(request);
      const passkey = await find(owner, id);
      const isOnly = (await passkeys.list(owner.id)).length === 1;
      const isLast = isOnly && (await otherWays.besidesPasskeys(owner)) === undefined;
      const body = removePasskeyPage(frame, {
        action: removePasskeyPath(id),
        csrf,
        passkey,
        isLast,
        back: passkeysPath,
        add: addPath,
      });
      return pages.send(request, reply, body, { status: isRefused ? 409 : 200 });
    };

    return async (scope) => {
      const sensitive = { preHandler: account.requireRecentSignIn };

      scope.get<{ Querystring: { readonly done?: unknown } }>(passkeysPath, async (request, reply) => {
        const { frame, account: owner } = account.visitOf(request);
        const { done } = request.query;
        const body = passkeysPage(frame, {
          passkeys: await passkeys.list(owner.id),
          add: addPath,
          pathOf: (id) => `${passkeysPath}/${id}`,
          removePathOf: removePasskeyPath,
          done: typeof done === 'string' ? done : undefined,
          signals: await signalsFor(owner),
        });
        return pages.send(request, reply, body);
      });

      scope.get(addPath, sensitive, async (request, reply) => showAdd(request, reply));

      scope.post<WithForm>(addPath, sensitive, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        const ceremony = { credential: request.body?.['credential'] ?? '', purpose: purposeOf(request) };
        try {
          await passkeys.register(owner, ceremony, withNotice(request));
        } catch (error) {
          if (!(error instanceof PasskeyRefused)) throw error;
          const { reason, waitSeconds } = error;
          emitPasskeyRefused(events, error, { account: owner.id, ...by(request) });
          const problem =
            reason === 'already_registered' || reason === 'too_many_passkeys' ? reason : 'refused';
          return showAdd(request, reply, waitSeconds === undefined ? { problem } : { waitSeconds });
        }
        return backToList(reply, 'added');
      });

      scope.get<WithId>(`${passkeysPath}/:id`, async (request, reply) =>
        showOne(request, reply, request.params.id),
      );

      scope.post<WithId & WithForm>(`${passkeysPath}/:id`, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        const { id } = request.params;
        const typed = request.body?.['name'] ?? '';
        try {
          if (!(await passkeys.rename(owner, id, typed, by(request)))) throw passkeyNotFound();
        } catch (error) {
          if (!(error instanceof Failure) || error.code !== 'passkey_name_invalid') throw error;
          return showOne(request, reply, id, typed);
        }
        return backToList(reply, 'renamed');
      });

      scope.get<WithId>(removePasskeyPath(':id'), sensitive, async (request, reply) =>
        showRemove(request, reply, request.params.id),
      );

      scope.post<WithId & WithForm>(removePasskeyPath(':id'), sensitive, async (request, reply) => {
        const { account: owner } = account.visitOf(request);
        const { id } = request.params;
        const options = { otherWay: await otherWays.besidesPasskeys(owner), by: withNotice(request) };
        const outcome = await passkeys.remove(owner, id, options);
        if (outcome === 'unknown') throw passkeyNotFound();
        if (outcome === 'last') return showRemove(request, reply, id, true);
        return backToList(reply, 'removed');
      });
    };
  };

export const exportPasskeys =
  ({ passkeys }: Pick<PasskeysDependencies, 'passkeys'>) =>
  async ({ id }: Account): Promise<Json> =>
    (await passkeys.list(id)).map(({ name, provider, isSynced, createdAt, lastUsedAt }) => ({
      ...(name !== undefined && { name }),
      ...(provider !== undefined && { provider }),
      synced: isSynced,
      created_at: new Date(createdAt).toISOString(),
      ...(lastUsedAt !== undefined && { last_used_at: new Date(lastUsedAt).toISOString() }),
    }));
