import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Pages } from '../../http/pages/pages.ts';
import {
  type ConnectedUpstream,
  reportFailure,
  signedOutPath,
  signOutPath,
  toUpstreamFailure,
} from '../../services/upstreams/index.ts';
import { redirectPage } from '../../views/pages/redirect.ts';
import type { UpstreamLogoutDependencies } from './dependencies.ts';
import { signedOutPage } from './paths.ts';

interface ById {
  Params: { readonly id: string };
  Querystring: { readonly state?: unknown };
}

const goOn = (reply: FastifyReply, to: string): FastifyReply =>
  reply.header('cache-control', 'no-store').redirect(to, 303);

/**
 * The way to the upstream and back (OpenID Connect RP-Initiated Logout 1.0 §2). No ID token of the upstream is kept, so
 * its client and a hint take the place of `id_token_hint`, and most upstreams ask the person.
 */
export const signOutPages = ({
  config: { issuer },
  events,
  pages,
  upstreams,
  signOutCookies,
}: UpstreamLogoutDependencies & { readonly pages: Pages }): FastifyPluginAsync => {
  /** Undefined for an upstream without such an endpoint, and for one that is down. */
  const endSessionEndpointOf = async (
    request: FastifyRequest,
    upstream: ConnectedUpstream,
  ): Promise<URL | undefined> => {
    try {
      const url = URL.parse((await upstream.openid?.metadata())?.end_session_endpoint ?? '');
      const isPlain = url?.protocol === 'http:' && upstream.issuer.startsWith('http:');
      return url && (url.protocol === 'https:' || isPlain) ? url : undefined;
    } catch (error) {
      reportFailure(events, request, { upstream, failure: toUpstreamFailure(error) });
      return undefined;
    }
  };

  return async (scope) => {
    scope.get<ById>(signOutPath(':id'), async (request, reply) => {
      const upstream = upstreams.find(request.params.id);
      const begun = upstream && signOutCookies.find(upstream.id, request.headers);
      if (!upstream?.passesLogoutOn || !begun) return goOn(reply, signedOutPage);
      const url = await endSessionEndpointOf(request, upstream);
      if (!url) {
        reply.header('set-cookie', signOutCookies.end(upstream.id));
        return goOn(reply, begun.returnTo);
      }
      const parameters = {
        client_id: upstream.clientId,
        logout_hint: begun.subject,
        post_logout_redirect_uri: `${issuer}${signedOutPath(upstream.id)}`,
        state: begun.state,
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      // A page goes on rather than a redirect: browsers apply the `form-action` of the page before to each redirect
      // after it.
      const body = redirectPage(pages.pageFor(request), { href: url.href, to: upstream.name });
      return pages.send(request, reply, body);
    });

    scope.get<ById>(signedOutPath(':id'), async (request, reply) => {
      const upstream = upstreams.find(request.params.id);
      const begun = upstream && signOutCookies.find(upstream.id, request.headers);
      if (!begun || begun.state !== request.query.state) return goOn(reply, signedOutPage);
      reply.header('set-cookie', signOutCookies.end(upstream.id));
      return goOn(reply, begun.returnTo);
    });
  };
};
