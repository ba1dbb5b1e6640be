/**
 * Owns `/interaction/:uid`, where the engine sends people:
 *
 *   GET   shows the page of the step that is due
 *   POST  lets the step judge the form, then either shows a page again or redirects (303) to the engine, which picks the
 *         result up and decides what comes next
 *
 * It doesn't know any step by name; features bring them.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Config } from '#config';
import { verifyMac } from '../../form-mac.ts';
import type { Engine } from '../../provider/engine.ts';
import { modelKey } from '../../provider/storage/ids.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Form } from '../pages/form.ts';
import { formExpired } from '../pages/form-expired.ts';
import type { Pages } from '../pages/pages.ts';
import { answerExpired } from './answer-expired.ts';
import { formActionOrigins } from './client-display.ts';
import { InteractionExpired } from './interaction-expired.ts';
import { createLoadVisit, formSubject } from './load-visit.ts';
import { createNextStepCookie } from './next-step-cookie.ts';
import { interactionPath } from './path.ts';
import { bindingCookie } from './same-browser.ts';
import type { Step, StepOutcome, Visit } from './step.ts';

export { rememberNextStep } from './next-step-cookie.ts';
export { limitOpenSignIns } from './open-sign-ins-cookie.ts';
export { bindToBrowser } from './same-browser.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly pages: Pages;
  readonly engine: () => Engine;
  /** The keys of the MACs of forms and cookies, the newest first. */
  readonly cookieKeys: () => readonly string[];
  readonly steps: readonly Step[];
}

interface Visited {
  Params: { uid: string };
}

/** Sends a response that is ready except for its commit. */
type SendResponse = () => FastifyReply;

export const interactionScope = (dependencies: Dependencies): FastifyPluginAsync => {
  const { config, store, pages, engine, cookieKeys } = dependencies;
  const nextStepCookie = createNextStepCookie(config);
  const loadVisit = createLoadVisit(dependencies);

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
        ...(outcome.images && { images: outcome.images }),
        ...(outcome.headers && { headers: outcome.headers }),
      });
  };

  const answerOutcome = async (
    visit: Visit,
    outcome: StepOutcome,
    reply: FastifyReply,
  ): Promise<SendResponse> => {
    if ('show' in outcome) return showPage(visit, outcome, reply);
    if ('leaveTo' in outcome) {
      for (const line of outcome.cookies) reply.header('set-cookie', line);
      return () => reply.header('cache-control', 'no-store').redirect(outcome.leaveTo, 303);
    }
    const { provider, request, interaction } = visit;
    const { uid, session, returnTo } = interaction;
    const result = { ...outcome.finish, from: uid };
    await provider.interactionResult(request.raw, reply.raw, result, { mergeWithLastSubmission: false });
    const binding = bindingCookie({ uid, session, returnTo, result }, config.issuer, cookieKeys());
    for (const line of [binding, ...(outcome.cookies ?? [])]) reply.header('set-cookie', line);
    return () => reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  };

  /** Commits what a step staged before its response leaves. */
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

  const path = interactionPath(':uid');

  const routes: FastifyPluginAsync = async (scope) => {
    const fallback = scope.errorHandler;
    scope.setErrorHandler<FastifyError | InteractionExpired, Visited>(async (error, request, reply) => {
      if (!(error instanceof InteractionExpired)) return fallback.call(scope, error, request, reply);
      const { client, next } = nextStepCookie.read(request.headers) ?? {};
      // Someone went back to a completed step, or sent its form twice.
      if (next !== undefined) return reply.redirect(interactionPath(next), 303);
      return answerExpired({
        request,
        reply,
        pages,
        failure: error,
        done: await isFinished(store, request.params.uid),
        client,
        provider: engine().provider,
      });
    });

    // Without HEAD: a step may complete without showing a page, and HEAD must change nothing (RFC 9110 §9.2.1).
    scope.get<Visited>(path, { exposeHeadRoute: false }, async (request, reply) =>
      commitBeforeSending(async (work) => {
        const { visit, step } = await loadVisit(request, reply, request.params.uid, work);
        return answerOutcome(visit, await step.show(visit), reply);
      }),
    );

    scope.post<Visited & { Body: Form }>(path, async (request, reply) =>
      commitBeforeSending(async (work) => {
        const { uid } = request.params;
        const { visit, step } = await loadVisit(request, reply, uid, work);
        const form = request.body ?? {};
        if (!verifyMac(form['csrf'], formSubject(uid, step), cookieKeys())) throw formExpired();
        return answerOutcome(visit, await step.submit(visit, form), reply);
      }),
    );
  };

  // Registered within a scope, so that the error handler serves these routes only.
  return async (scope) => void (await scope.register(routes));
};

/** The engine consumed the interaction, so its step was completed. */
const isFinished = async (store: Store, uid: string): Promise<boolean> => {
  const key = modelKey('Interaction', uid);
  const [interaction] = key ? await store.read([key]) : [];
  return interaction?.consumption !== undefined;
};
