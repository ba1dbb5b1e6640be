import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import { getUnitOfWork } from '../../provider/request-context.ts';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import { type Sessions, sessionIdOf } from '../../services/sessions/index.ts';
import {
  isRestricted,
  isWayAllowed,
  putUpstreamSession,
  readUpstreamSession,
  removeUpstreamSession,
  type UpstreamLogouts,
  type UpstreamSession,
  upstreamSessionKey,
  wayOf,
} from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';
import { leftAtOf } from './signed-out-meanwhile.ts';

const sessionInResult = ({ oidc: { result } }: KoaContextWithOIDC): UpstreamSession | undefined => {
  const value: unknown = result?.login?.['upstream'];
  if (typeof value !== 'object' || value === null) return undefined;
  const { id, subject, sid }: { id?: unknown; subject?: unknown; sid?: unknown } = value;
  return typeof id === 'string' && typeof subject === 'string'
    ? { upstream: id, subject, ...(typeof sid === 'string' && { sid }) }
    : undefined;
};

interface Dependencies {
  readonly config: Pick<Config, 'tokens'>;
  readonly clock: Clock;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly logouts: Pick<UpstreamLogouts, 'isSignedOut'>;
}

/** Notes with a new sign-in where it came from, in the commit that makes the session. */
export const recordUpstreamSession = ({
  config,
  clock,
  sessions,
  logouts,
}: Dependencies): RouteMiddleware => ({
  route: ['resume', 'device_resume'],
  after(ctx) {
    const { session, result } = ctx.oidc;
    const login = result?.login;
    if (!login || session?.uid === undefined) return;
    const upstreamSession = sessionInResult(ctx);
    const now = clock.now();
    const expiresAt = now + config.tokens.session_max_ttl * 1000;
    const work = getUnitOfWork(ctx);
    work.stage(
      upstreamSession
        ? putUpstreamSession(session.uid, upstreamSession, { now, expiresAt })
        : removeUpstreamSession(session.uid),
    );
    if (!upstreamSession) return;
    const id = sessionIdOf(session.uid);
    // A logout token that was sent since the beginning of this request may not have found the session.
    const endSignedOut = async (): Promise<void> => {
      if (await logouts.isSignedOut({ ...upstreamSession, leftAt: leftAtOf(login) }))
        await sessions.end(id, { keepBrowsers: true });
    };
    work.afterCommit(() => {
      endSignedOut().catch((error: unknown) => {
        process.emitWarning(`a session that its upstream has ended may be left: ${String(error)}`);
      });
    });
  },
});

/** A client that an operator restricts to some ways to sign in accepts no session that began in another one. */
export const addWayCheck = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check('way', 'the client accepts other ways to sign in only', 'login_required', (ctx) => {
      const { client, session, result } = ctx.oidc;
      if (!client || !isRestricted(client) || session?.accountId === undefined) return false;
      const isRefused = (began: UpstreamSession | undefined): boolean => !isWayAllowed(client, wayOf(began));
      if (result?.login) return isRefused(sessionInResult(ctx));
      return getUnitOfWork(ctx)
        .read(upstreamSessionKey(session.uid))
        .then((document) => isRefused(readUpstreamSession(document)));
    }),
  );
};
