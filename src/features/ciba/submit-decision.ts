import type { FastifyReply, FastifyRequest } from 'fastify';
import { verifyMac } from '../../form-mac.ts';
import type { Form } from '../../http/pages/form.ts';
import { formExpired } from '../../http/pages/form-expired.ts';
import { hasAccess } from '../../provider/access.ts';
import { identityScopes } from '../../provider/scopes/openid-scopes.ts';
import { findReadyAccount, loadSession, type Session } from '../../services/sign-ins/index.ts';
import {
  isRestricted,
  isWayAllowed,
  readUpstreamSession,
  upstreamSessionKey,
  wayOf,
} from '../../services/upstreams/index.ts';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import { type CibaDecision, recordDecision } from './decision.ts';
import type { CibaDependencies } from './dependencies.ts';
import { formMacSubject } from './form-mac-subject.ts';
import { newSignInFor } from './new-sign-in.ts';
import { findPending } from './pending-requests.ts';

/** The request stays as it is until the person has signed in with these parameters. */
export interface NewSignIn {
  readonly signIn: Readonly<Record<string, string>>;
}

/** Returns `gone` when the request was decided or has expired since the page was shown. */
export const createSubmitDecision = (dependencies: CibaDependencies) => {
  const { config, store, events, accounts, levels, engine, cookieKeys } = dependencies;
  const scopesOf = (audience: string): readonly string[] =>
    config.resources.find((resource) => resource.audience === audience)?.scopes ?? [];

  const acceptsWayOf = async (
    { uid }: Session,
    client: Readonly<Record<string, unknown>> | undefined,
  ): Promise<boolean> => {
    if (client === undefined || !isRestricted(client)) return true;
    const [began] = await store.read([upstreamSessionKey(uid)]);
    return isWayAllowed(client, wayOf(readUpstreamSession(began)));
  };

  return async (
    request: FastifyRequest,
    reply: FastifyReply,
    form: Form,
  ): Promise<CibaDecision | NewSignIn | 'gone'> => {
    const { provider } = engine();
    const session = await loadSession(provider, request, reply);
    const person = await findReadyAccount(session, accounts);
    const account = person?.id;
    const handle = form['request'] ?? '';
    if (account === undefined || !verifyMac(form['csrf'], formMacSubject(session, handle), cookieKeys())) {
      throw formExpired();
    }

    const pending = await findPending(dependencies, account, handle);
    const found = pending && (await provider.BackchannelAuthenticationRequest.find(pending.id));
    if (!found) return 'gone';
    const client = await provider.Client.find(found.clientId ?? '');

    const isAllowed = form['decision'] === 'allow';
    const signIn = isAllowed ? newSignInFor(found, session) : undefined;
    if (signIn) return { signIn };

    const decided = {
      provider,
      request: found,
      client,
      session,
      hasAccess: client !== undefined && hasAccess(client, person?.groups ?? []),
      isWayAllowed: await acceptsWayOf(session, client),
      levels,
      identityScopes: identityScopes(config),
      scopesOf,
    };
    const decision = await runInUnitOfWork(store, async (work) => {
      const recorded = await recordDecision(decided, isAllowed);
      await work.commit();
      return recorded;
    });
    events.emit({
      type: 'ciba.answered',
      outcome: decision === 'approved' ? 'ok' : 'refused',
      account,
      address: request.ip,
      correlation: request.id,
      ...(found.clientId !== undefined && { client: found.clientId }),
    });
    return decision;
  };
};
