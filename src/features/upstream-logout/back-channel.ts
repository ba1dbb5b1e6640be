import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import {
  backchannelLogoutPath,
  type ConnectedUpstream,
  LogoutTokenRefused,
  reportFailure,
  toUpstreamFailure,
} from '../../services/upstreams/index.ts';
import type { UpstreamLogoutDependencies } from './dependencies.ts';

interface Logout {
  Params: { readonly id: string };
  Body: URLSearchParams | undefined;
}

/** OpenID Connect Back-Channel Logout 1.0 §2.8. Why it is wrong is in the audit record. */
const refused = (cause?: unknown): Failure =>
  new Failure({ code: 'invalid_request', message: 'the logout token is invalid', cause });

/** Takes logout tokens. Nothing but the signature of the upstream says who sends them. */
export const backchannelLogout = ({
  events,
  upstreams,
  endUpstreamSessions,
}: Pick<UpstreamLogoutDependencies, 'events' | 'upstreams' | 'endUpstreamSessions'>): FastifyPluginAsync => {
  const emit = (
    { ip: address, id: correlation }: FastifyRequest,
    upstream: ConnectedUpstream,
    result: { readonly reason: string } | { readonly sessions: number },
  ): void => {
    const common = { type: 'upstream.logout', address, correlation };
    const { id } = upstream;
    events.emit(
      'reason' in result
        ? {
            ...common,
            outcome: 'refused',
            reason: 'logout_token',
            details: { upstream: id, detail: result.reason },
          }
        : { ...common, outcome: 'ok', details: { upstream: id, sessions: result.sessions } },
    );
  };

  const verify = async (
    request: FastifyRequest,
    upstream: ConnectedUpstream,
    verifyLogoutToken: NonNullable<ConnectedUpstream['verifyLogoutToken']>,
    token: string,
  ) => {
    try {
      return await verifyLogoutToken(token);
    } catch (error) {
      if (error instanceof LogoutTokenRefused) {
        emit(request, upstream, { reason: error.detail });
        throw refused(error);
      }
      reportFailure(events, request, { upstream, failure: toUpstreamFailure(error) });
      throw new Failure({
        code: 'temporarily_unavailable',
        status: 503,
        message: 'the keys of the identity provider can not be fetched',
        cause: error,
      });
    }
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
      const verified = await verify(request, upstream, upstream.verifyLogoutToken, token);
      const sessions = await endUpstreamSessions(upstream.id, verified);
      if (sessions === undefined) {
        emit(request, upstream, { reason: 'used' });
        throw refused();
      }
      emit(request, upstream, { sessions });
      return reply.status(200).send();
    });
  };
};
