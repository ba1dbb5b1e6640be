/**
 * `/interaction/:uid`, where the engine sends people: finds out which step is due, lets it show or judge, and takes
 * what it found back to the engine. Knows no step by name.
 */
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import type { Engine } from '../../provider/engine.ts';
import { withWork } from '../../store/current-work.ts';
import type { Store } from '../../store/port.ts';
import type { Pages } from '../pages/pages.ts';
import { sealOf, sealsMatch } from '../pages/seal.ts';
import type { Form, Outcome, Step, Visit } from './step.ts';

interface Parts {
  readonly store: Store;
  readonly pages: Pages;
  readonly engine: () => Engine;
  /** The secret that seals forms; changes with the cookie keys. */
  readonly sealKeys: () => readonly string[];
  readonly steps: readonly Step[];
}

const path = '/interaction/:uid';

export const interactionDoor = ({ store, pages, engine, sealKeys, steps }: Parts): FastifyPluginAsync => {
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
      },
    };
  };

  const answer = async (current: Visit, outcome: Outcome, reply: FastifyReply): Promise<FastifyReply> => {
    if ('show' in outcome) {
      return pages.send(current.request, reply, outcome.show, {
        status: outcome.status ?? 200,
        formTargets: [String(current.interaction.params['redirect_uri'] ?? '')],
        remoteImages: current.client.logoUri !== undefined,
        popup: true,
        ...(outcome.headers && { headers: outcome.headers }),
      });
    }
    const { provider, request } = current;
    const returnTo = await provider.interactionResult(request.raw, reply.raw, outcome.finish, {
      mergeWithLastSubmission: false,
    });
    for (const cookie of outcome.cookies ?? []) reply.header('set-cookie', cookie);
    return reply.header('cache-control', 'no-store').redirect(returnTo, 303);
  };

  /** What a step stages is committed before its answer leaves. */
  const inWork = (handle: () => Promise<FastifyReply>): Promise<FastifyReply> =>
    withWork(store, async (work) => {
      const reply = await handle();
      await work.commit();
      return reply;
    });

  return async (scope) => {
    scope.get<{ Params: { uid: string } }>(path, async (request, reply) => {
      const { visit: current, step } = await visit(request, reply, request.params.uid);
      return answer(current, await step.show(current), reply);
    });

    scope.post<{ Params: { uid: string }; Body: Form }>(path, async (request, reply) =>
      inWork(async () => {
        const { uid } = request.params;
        const { visit: current, step } = await visit(request, reply, uid);
        const form = request.body ?? {};
        const sealed = (of: Step) => sealsMatch(form['csrf'], subject(uid, of), sealKeys());
        if (sealed(step)) return answer(current, await step.submit(current, form), reply);
        // A form of a step that is already done (sent twice, or after "back"): show the one that is due.
        if (steps.some(sealed)) return reply.redirect(current.action, 303);
        throw new Failure({
          code: 'form_expired',
          status: 403,
          message: 'This form is no longer valid. Go back and load it again.',
        });
      }),
    );
  };
};

const subject = (uid: string, { name }: Step): string => `${name}\n${uid}`;

const expiredFailure = () =>
  new Failure({
    code: 'interaction_expired',
    status: 400,
    message: 'This sign-in has expired or was already finished. Start again at the application.',
  });

const expired = (error: unknown): never => {
  if (error instanceof errors.SessionNotFound) throw expiredFailure();
  throw error;
};
