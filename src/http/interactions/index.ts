/**
 * `/interaction/:uid`, where the engine sends people: finds out which step is due, lets it show or judge, and takes
 * what it found back to the engine. Knows no step by name.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Engine } from '../../provider/engine.ts';
import { modelKey } from '../../provider/storage/ids.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { formExpired } from '../pages/form-expired.ts';
import type { Pages } from '../pages/pages.ts';
import { formActionOrigins } from './client-display.ts';
import { answerExpired } from './expired.ts';
import { createNextStepCookie } from './next-step-cookie.ts';
import { bindingCookie } from './same-browser.ts';
import type { EngineClient, Form, Step, StepOutcome, Visit } from './step.ts';

export { rememberNextStep } from './next-step-cookie.ts';
export { bindToBrowser } from './same-browser.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  readonly engine: () => Engine;
  /** The secret that seals forms; changes with the cookie keys. */
  readonly cookieKeys: () => readonly string[];
  readonly steps: readonly Step[];
}

const path = '/interaction/:uid';

/** An answer that is ready; headers may have been set already. */
type SendResponse = () => FastifyReply;

export const interactionScope = ({
  config,
  store,
  pages,
  engine,
  cookieKeys,
  steps,
}: Dependencies): FastifyPluginAsync => {
  const nextStepCookie = createNextStepCookie(config);

  const loadVisit = async (
    request: FastifyRequest,
    reply: FastifyReply,
    uid: string,
    work: UnitOfWork,
  ): Promise<{ visit: Visit; step: Step }> => {
    const { provider } = engine();
    const interaction = await provider
      .interactionDetails(request.raw, reply.raw)
      .catch(translateSessionNotFound);
    const clientId = String(interaction.params['client_id']);
    const client = await provider.Client.find(clientId);
    const step = steps.find(({ name }) => name === interaction.prompt.name);
    if (interaction.uid !== uid || !client || !step) throw interactionExpired();
    refuseUnregisteredRedirect(interaction.params['redirect_uri'], client);
    const uiLocales = interaction.params['ui_locales'];
    return {
      step,
      visit: {
        request,
        provider,
        interaction,
        client,
        work,
        page: pages.pageFor(request, typeof uiLocales === 'string' ? { uiLocales } : {}),
        action: `/interaction/${uid}`,
        csrf: macOf(macSubject(uid, step), cookieKeys()),
        async signedIn() {
          const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
          return session.accountId;
        },
      },
    };
  };

  const showPage = (
    { request, interaction, client }: Visit,
    outcome: Extract<StepOutcome, { show: string }>,
    reply: FastifyReply,
  ): SendResponse => {
    const { uid, params } = interaction;
    reply.header('set-cookie', nextStepCookie.cookie(uid, { client: client.clientId }));
    return () =>
      pages.send(request, reply, outcome.show, {
        status: outcome.status ?? 200,
        formTargets: [String(params['redirect_uri'] ?? ''), ...formActionOrigins(client)],
        remoteImages: client.logoUri !== undefined,
        popup: true,
        ...(outcome.headers && { headers: outcome.headers }),
      });
  };

  const answerOutcome = async (
    current: Visit,
    outcome: StepOutcome,
    reply: FastifyReply,
  ): Promise<SendResponse> => {
    if ('show' in outcome) return showPage(current, outcome, reply);
    const { provider, request, interaction } = current;
    const { uid, session, returnTo } = interaction;
    const result = { ...outcome.finish, from: uid };
    await provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });
    const binding = bindingCookie({ uid, session, returnTo, result }, config.issuer, cookieKeys());
    for (const line of [binding, ...(outcome.cookies ?? [])]) reply.header('set-cookie', line);
    return () => reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  };

  /** What a step stages is committed before its answer leaves. */
  const commitBeforeSending = async (
    handle: (work: UnitOfWork) => Promise<SendResponse>,
  ): Promise<FastifyReply> => {
    const send = await runInUnitOfWork(store, async (work) => {
      const ready = await handle(work);
      await work.commit();
      return ready;
    });
    return send();
  };

  return async (scope) => {
    await scope.register(async (inner) => {
      const fallback = inner.errorHandler;
      inner.setErrorHandler<FastifyError, { Params: { uid: string } }>(async (error, request, reply) => {
        const isExpired = error instanceof Failure && error.code === 'interaction_expired';
        const nextStep = isExpired ? nextStepCookie.read(request.headers) : undefined;
        // "Back" after a step that is done, or its form sent twice: on to the step that came after it.
        if (nextStep?.next !== undefined) return reply.redirect(`/interaction/${nextStep.next}`, 303);
        if (!isExpired) return fallback.call(inner, error as Failure, request, reply);
        return answerExpired({
          request,
          reply,
          pages,
          failure: error,
          done: await isFinished(store, request.params.uid),
          client: nextStep?.client,
          provider: engine().provider,
        });
      });

      // A step may find that nothing needs to be asked, and go on: not for who only looks (RFC 9110 §9.2.1).
      inner.get<{ Params: { uid: string } }>(path, { exposeHeadRoute: false }, async (request, reply) =>
        commitBeforeSending(async (work) => {
          const { visit: current, step } = await loadVisit(request, reply, request.params.uid, work);
          return answerOutcome(current, await step.show(current), reply);
        }),
      );

      inner.post<{ Params: { uid: string }; Body: Form }>(path, async (request, reply) =>
        commitBeforeSending(async (work) => {
          const { uid } = request.params;
          const { visit: current, step } = await loadVisit(request, reply, uid, work);
          const form = request.body ?? {};
          if (verifyMac(form['csrf'], macSubject(uid, step), cookieKeys()))
            return answerOutcome(current, await step.submit(current, form), reply);
          throw formExpired();
        }),
      );
    });
  };
};

const macSubject = (uid: string, { name }: Step) => ['form', name, uid] as const;

const interactionExpired = () =>
  new Failure({
    code: 'interaction_expired',
    status: 400,
    message: 'This sign-in has expired or was already finished. Start again at the application.',
  });

/** The engine looked at it when the request came in; the client may have lost it since. */
const refuseUnregisteredRedirect = (uri: unknown, client: EngineClient): void => {
  if (typeof uri !== 'string' || client.redirectUriAllowed(uri)) return;
  throw new Failure({
    code: 'invalid_redirect_uri',
    status: 400,
    message: 'The redirect_uri of this request is no longer registered for the client.',
  });
};

/** Answered, and taken up by the engine: nobody answers it again. */
const isFinished = async (store: Store, uid: string): Promise<boolean> => {
  const key = modelKey('Interaction', uid);
  const [interaction] = key ? await store.read([key]) : [];
  return interaction?.consumption !== undefined;
};

const translateSessionNotFound = (error: unknown): never => {
  if (error instanceof errors.SessionNotFound) throw interactionExpired();
  throw error;
};
