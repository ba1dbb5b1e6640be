import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import {
  arrivalGone,
  callbackPath,
  reportFailure,
  toUpstreamFailure,
  type UpstreamIdentity,
} from '../../services/upstreams/index.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { queryNames } from './requests.ts';

interface Callback {
  Params: { readonly id: string };
  Querystring: { readonly state?: unknown };
}

type Dependencies = Pick<
  UpstreamSignInDependencies,
  'admission' | 'arrivals' | 'config' | 'events' | 'flowCookies' | 'upstreams'
>;

const tooMany = (wait: number): Failure =>
  new Failure({
    code: 'temporarily_unavailable',
    status: 429,
    message: `too many sign-ins from this address, wait ${wait} seconds`,
  });

/** Parameters of a response that a form brought. Others have no place in the address bar. */
const responseParameters = ['state', 'code', 'iss', 'error', 'user'] as const;

/**
 * The redirect URI. It compares the response with what this browser took along, redeems the code, and leaves the person
 * for the page that began, under a secret that only this browser learns. The cookie ends with the first response.
 */
export const callbackPages = ({
  admission,
  arrivals,
  config,
  events,
  upstreams,
  flowCookies,
}: Dependencies): FastifyPluginAsync => {
  const admit = (request: FastifyRequest, reply: FastifyReply, what: string, bytes?: number): void => {
    const wait = admission.secondsToWait(what, request.ip, bytes);
    if (wait === undefined) return;
    reply.header('retry-after', String(wait));
    throw tooMany(wait);
  };

  const goOn = (
    reply: FastifyReply,
    returnTo: string,
    query: Readonly<Record<string, string>>,
  ): FastifyReply =>
    reply.header('cache-control', 'no-store').redirect(`${returnTo}?${new URLSearchParams(query)}`, 303);

  return async (scope) => {
    // Without HEAD: the code is redeemed, and HEAD must change nothing (RFC 9110 §9.2.1).
    scope.get<Callback>(callbackPath(':id'), { exposeHeadRoute: false }, async (request, reply) => {
      const upstream = upstreams.find(request.params.id);
      const { state } = request.query;
      const flow =
        upstream && typeof state === 'string'
          ? flowCookies.find(upstream.id, state, request.headers)
          : undefined;
      if (!upstream || !flow) throw arrivalGone();
      // A browser may keep the cookie, and come with any number of codes. Each is a request to the upstream.
      admit(request, reply, 'upstream-callback');
      const { purpose, returnTo, checks, client, at: leftAt } = flow;
      reply.header('set-cookie', flowCookies.end(upstream.id, checks.state));
      let identity: UpstreamIdentity;
      try {
        const response = new URL(request.raw.url ?? '', config.issuer);
        identity = await upstream.protocol.finish(response, checks);
      } catch (error) {
        const failure = toUpstreamFailure(error);
        reportFailure(events, request, { upstream, failure, client });
        return goOn(reply, returnTo, { [queryNames.failed]: failure.problem, [queryNames.by]: upstream.id });
      }
      admit(request, reply, 'upstream-arrival', Buffer.byteLength(JSON.stringify(identity)));
      const arrival = await arrivals.add({ identity, purpose, leftAt });
      return goOn(reply, returnTo, { [queryNames.arrival]: arrival });
    });
  };
};

/**
 * A response by form comes from another site, so it brings no cookie and no CSRF token (Sign in with Apple). It
 * becomes a GET with the same parameters, which brings the cookie.
 */
export const formResponses =
  ({ upstreams }: Pick<Dependencies, 'upstreams'>): FastifyPluginAsync =>
  async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 16_384 },
      (_request, body, done) => done(null, new URLSearchParams(String(body))),
    );
    scope.post<{ Params: { readonly id: string }; Body: URLSearchParams | undefined }>(
      callbackPath(':id'),
      async (request, reply) => {
        if (!upstreams.find(request.params.id)) return reply.callNotFound();
        const query = new URLSearchParams();
        for (const name of responseParameters)
          for (const value of request.body?.getAll(name) ?? []) query.append(name, value);
        return reply
          .header('cache-control', 'no-store')
          .redirect(`${callbackPath(encodeURIComponent(request.params.id))}?${query}`, 303);
      },
    );
  };
