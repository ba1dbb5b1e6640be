import type { FastifyReply, FastifyRequest } from 'fastify';
import { errors } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { macOf } from '../../form-mac.ts';
import type { Engine } from '../../provider/engine.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Pages } from '../pages/pages.ts';
import { InteractionExpired } from './interaction-expired.ts';
import { interactionPath } from './path.ts';
import type { Step, Visit } from './step.ts';

interface Dependencies {
  readonly pages: Pages;
  readonly engine: () => Engine;
  readonly cookieKeys: () => readonly string[];
  readonly steps: readonly Step[];
}

interface LoadedVisit {
  readonly visit: Visit;
  readonly step: Step;
}

/** What the MAC of a step's form covers. */
export const formSubject = (uid: string, { name }: Step) => ['form', name, uid] as const;

/** Finds the interaction of the browser and the step that it waits for. */
export const createLoadVisit =
  ({ pages, engine, cookieKeys, steps }: Dependencies) =>
  async (
    request: FastifyRequest,
    reply: FastifyReply,
    uid: string,
    work: UnitOfWork,
  ): Promise<LoadedVisit> => {
    const { provider } = engine();
    const interaction = await provider
      .interactionDetails(request.raw, reply.raw)
      .catch(translateSessionNotFound);
    const client = await provider.Client.find(String(interaction.params['client_id']));
    const step = steps.find(({ name }) => name === interaction.prompt.name);
    // The engine trusts the cookie alone, so the uid of the URL is compared here.
    if (interaction.uid !== uid || !client || !step) throw new InteractionExpired();
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
        action: interactionPath(uid),
        csrf: macOf(formSubject(uid, step), cookieKeys()),
        async signedIn() {
          const session = await provider.Session.get(provider.createContext(request.raw, reply.raw));
          return session.accountId;
        },
      },
    };
  };

const translateSessionNotFound = (error: unknown): never => {
  if (error instanceof errors.SessionNotFound) throw new InteractionExpired();
  throw error;
};

/** The engine checked the URI when the request arrived, but the client may have lost it since. */
const refuseUnregisteredRedirect = (uri: unknown, client: EngineClient): void => {
  if (typeof uri !== 'string' || client.redirectUriAllowed(uri)) return;
  throw new Failure({
    code: 'invalid_redirect_uri',
    status: 400,
    message: 'The redirect_uri of this request is no longer registered for the client.',
  });
};
