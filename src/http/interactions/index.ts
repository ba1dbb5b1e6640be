/**
 * `/interaction/:uid`, where the engine sends people: finds out which step is due, lets it show or judge, and takes
 * what it found back to the engine. Knows no step by name.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Engine } from '../../provider/engine.ts';
import { keyOf } from '../../provider/storage/ids.ts';
import { withWork } from '../../store/current-work.ts';
import type { Store } from '../../store/port.ts';
import type { Pages } from '../pages/pages.ts';
import { sealOf, sealsMatch } from '../pages/seal.ts';
import { answerExpired } from './expired.ts';
import { addressesOf } from './faces.ts';
import { proofCookie } from './same-browser.ts';
import type { EngineClient, Form, Outcome, Step, Visit } from './step.ts';
import { createTrails } from './trail.ts';

export { sameBrowserOnly } from './same-browser.ts';
export { leadOn } from './trail.ts';

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  readonly engine: () => Engine;
  /** The secret that seals forms; changes with the cookie keys. */
  readonly sealKeys: () => readonly string[];
  readonly steps: readonly Step[];
}

const path = '/interaction/:uid';

/** An answer that is ready; headers may have been set already. */
type Send = () => FastifyReply;

export const interactionDoor = ({
  config,
  store,
  pages,
  engine,
  sealKeys,
  steps,
}: Parts): FastifyPluginAsync => {
  const trails = createTrails(config);

  const visit = async (
    request: FastifyRequest,
    reply: FastifyReply,
    uid: string,
  ): Promise<{ visit: Visit; step: Step }> => {
    const { provider } = engine();
    const interaction = await provider.interactionDetails(request.raw, reply.raw).catch(expired);
    const clientId = String(interaction.params['client_id']);
    const client = await provider.Client.find(clientId);
    const step = steps.find(({ name }) => name === interaction.prompt.name);
    if (interaction.uid !== uid || !client || !step) throw expiredFailure();
    refuseFormerRedirect(interaction.params['redirect_uri'], client);
    const uiLocales = interaction.params['ui_locales'];
    return {
      step,
      visit: {
        request,
        provider,
        interaction,
        client,
        page: pages.pageFor(request, typeof uiLocales === 'string' ? { uiLocales } : {}),
        action: `/interaction/${uid}`,
        csrf: sealOf(subject(uid, step), sealKeys()),
        async signedIn() {
          const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
          return session.accountId;
        },
      },
    };
  };

  const show = (
    { request, interaction, client }: Visit,
    outcome: Extract<Outcome, { show: string }>,
    reply: FastifyReply,
  ): Send => {
    const { uid, params } = interaction;
    reply.header('set-cookie', trails.cookie(uid, { client: client.clientId }));
    return () =>
      pages.send(request, reply, outcome.show, {
        status: outcome.status ?? 200,
        formTargets: [String(params['redirect_uri'] ?? ''), ...addressesOf(client)],
        remoteImages: client.logoUri !== undefined,
        popup: true,
        ...(outcome.headers && { headers: outcome.headers }),
      });
  };

  const answer = async (current: Visit, outcome: Outcome, reply: FastifyReply): Promise<Send> => {
    if ('show' in outcome) return show(current, outcome, reply);
    const { provider, request, interaction } = current;
    const { uid, session, returnTo } = interaction;
    const result = { ...outcome.finish, from: uid };
    await provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });
    const proof = proofCookie({ uid, session, returnTo, result }, config.issuer, sealKeys());
    for (const line of [proof, ...(outcome.cookies ?? [])]) reply.header('set-cookie', line);
    return () => reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  };

  /** What a step stages is committed before its answer leaves. */
  const inWork = async (handle: () => Promise<Send>): Promise<FastifyReply> => {
    const send = await withWork(store, async (work) => {
      const ready = await handle();
      await work.commit();
      return ready;
    });
    return send();
  };

  return async (scope) => {
    await scope.register(async (room) => {
      const fallback = room.errorHandler;
      room.setErrorHandler<FastifyError, { Params: { uid: string } }>(async (error, request, reply) => {
        const gone = error instanceof Failure && error.code === 'interaction_expired';
        const trail = gone ? trails.read(request.headers) : undefined;
        // "Back" after a step that is done, or its form sent twice: on to the step that came after it.
        if (trail?.next !== undefined) return reply.redirect(`/interaction/${trail.next}`, 303);
        if (!gone) return fallback.call(room, error as Failure, request, reply);
        return answerExpired({
          request,
          reply,
          pages,
          failure: error,
          done: await isDone(store, request.params.uid),
          client: trail?.client,
          provider: engine().provider,
        });
      });

      // A step may find that nothing needs to be asked, and go on: not for who only looks (RFC 9110 §9.2.1).
      room.get<{ Params: { uid: string } }>(path, { exposeHeadRoute: false }, async (request, reply) =>
        inWork(async () => {
          const { visit: current, step } = await visit(request, reply, request.params.uid);
          return answer(current, await step.show(current), reply);
        }),
      );

      room.post<{ Params: { uid: string }; Body: Form }>(path, async (request, reply) =>
        inWork(async () => {
          const { uid } = request.params;
          const { visit: current, step } = await visit(request, reply, uid);
          const form = request.body ?? {};
          if (sealsMatch(form['csrf'], subject(uid, step), sealKeys()))
            return answer(current, await step.submit(current, form), reply);
          throw new Failure({
            code: 'form_expired',
            status: 403,
            message: 'This form is no longer valid. Go back and load it again.',
          });
        }),
      );
    });
  };
};

const subject = (uid: string, { name }: Step) => ['form', name, uid] as const;

const expiredFailure = () =>
  new Failure({
    code: 'interaction_expired',
    status: 400,
    message: 'This sign-in has expired or was already finished. Start again at the application.',
  });

/** The engine looked at it when the request came in; the client may have lost it since. */
const refuseFormerRedirect = (uri: unknown, client: EngineClient): void => {
  if (typeof uri !== 'string' || client.redirectUriAllowed(uri)) return;
  throw new Failure({
    code: 'invalid_redirect_uri',
    status: 400,
    message: 'The redirect_uri of this request is no longer registered for the client.',
  });
};

/** Answered, and taken up by the engine: nobody answers it again. */
const isDone = async (store: Store, uid: string): Promise<boolean> => {
  const key = keyOf('Interaction', uid);
  const [interaction] = key ? await store.read([key]) : [];
  return interaction?.claim !== undefined;
};

const expired = (error: unknown): never => {
  if (error instanceof errors.SessionNotFound) throw expiredFailure();
  throw error;
};
