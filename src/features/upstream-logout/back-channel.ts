import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import {
  backchannelLogoutPath,
  type ConnectedUpstream,
  LogoutTokenRefused,
  reportFailure,
  UpstreamFailure,
} from '../../services/upstreams/index.ts';
import type { UpstreamLogoutDependencies } from './dependencies.ts';

interface Logout {
  Params: { readonly id: string };
  Body: URLSearchParams | undefined;
}

/** OpenID Connect Back-Channel Logout 1.0 §2.8. Why a token is wrong is in the audit record. */
const refused = (cause?: unknown): Failure =>
  new Failure({ code: 'invalid_request', message: 'the logout token is invalid', cause });

const unavailable = (status: 429 | 503, message: string, cause?: unknown): Failure =>
  new Failure({ code: 'temporarily_unavailable', status, message, cause });

type Dependencies = Pick<
  UpstreamLogoutDependencies,
  'admission' | 'events' | 'upstreams' | 'endUpstreamSessions'
>;

/** Takes logout tokens. Nothing but the signature of the upstream says who sends them. */
export const backchannelLogout = ({
  admission,
  events,
  upstreams,
  endUpstreamSessions,
}: Dependencies): FastifyPluginAsync => {
  const emit = (
    { ip: address, id: correlation }: FastifyRequest,
    { id: upstream }: ConnectedUpstream,
    result: { readonly outcome: 'ok'; readonly sessions: number } | { readonly refused: string },
  ): void => {
    const common = { type: 'upstream.logout', address, correlation };
    if ('refused' in result) {
      const details = { upstream, detail: result.refused };
      events.emit({ ...common, outcome: 'refused', reason: 'logout_token', details });
    } else events.emit({ ...common, outcome: 'ok', details: { upstream, sessions: result.sessions } });
  };

  /** Anyone can send invalid tokens, so refusals recorded for one address are limited. Returns the error to answer with. */
  const recordRefusal = (
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
    upstream: ConnectedUpstream,
  ): unknown => {
    if (!(error instanceof LogoutTokenRefused || error instanceof UpstreamFailure)) return error;
    const wait = admission.secondsToWait('upstream-logout', request.ip);
    if (wait !== undefined) {
      reply.header('retry-after', String(wait));
      return unavailable(429, `too many wrong logout tokens from this address, wait ${wait} seconds`);
    }
    if (error instanceof LogoutTokenRefused) {
      emit(request, upstream, { refused: error.detail });
      return refused(error);
    }
    reportFailure(events, request, { upstream, failure: error });
    return unavailable(503, 'the keys of the identity provider can not be fetched', error);
  };

  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16_384 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );

    scope.post<Logout>(backchannelLogoutPath(':id'), async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const upstream = upstreams.find(request.params.id);
      if (!upstream?.verifyLogoutToken) return reply.callNotFound();
      const [token, ...others] = request.body?.getAll('logout_token') ?? [];
      if (token === undefined || others.length > 0) throw refused();
      try {
        const verified = await upstream.verifyLogoutToken(token);
        const sessions = await endUpstreamSessions(upstream.id, verified);
        if (sessions === undefined) throw new LogoutTokenRefused('used');
        emit(request, upstream, { outcome: 'ok', sessions });
        return reply.status(200).send();
      } catch (error) {
        throw recordRefusal(error, request, reply, upstream);
      }
    });
  };
};
