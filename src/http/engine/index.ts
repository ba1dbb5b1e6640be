/**
 * The engine's door: standard endpoints, handed to oidc-provider as they came, but by one spelling of each path, from
 * a host that is ours, with the scheme and the address that trusted proxies tell.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import type { Engine } from '../../provider/engine.ts';
import {
  aliases,
  enginePaths,
  isPagePath,
  mtlsPaths,
  pathsRedirectedToGet,
  routes,
} from '../../provider/paths.ts';
import { setRequestContext } from '../../provider/request-context.ts';
import { limitQuery, readBodyForEngine } from './bodies.ts';
import { allowCorsOnErrors } from './cors-on-errors.ts';
import { setEngineHeaders } from './headers.ts';
import { redirectPostToGet } from './redirect-post-to-get.ts';

const plainPath = /^[A-Za-z0-9/_.~-]+$/;

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

interface Dependencies {
  readonly config: Config;
  readonly engine: () => Engine;
  /** What is refused on the way to a page: with a page. */
  readonly answerError: AnswerError;
}

export const engineScope =
  ({ config, engine, answerError }: Dependencies): FastifyPluginAsync =>
  async (scope) => {
    const { host, protocol } = new URL(config.issuer);
    const scheme = protocol.slice(0, -1);
    const { mtls_origin: origin } = config.proxy;
    const mtlsHost = origin === undefined ? undefined : new URL(origin).host;

    const { errorHandler: answerJson } = scope;
    scope.setErrorHandler((error, request, reply) => {
      if (isPagePath(request.routeOptions.url ?? '')) answerError(error, request, reply);
      else answerJson.call(scope, error as FastifyError, request, reply);
    });

    // The engine reads the body itself; a parser of ours would leave it nothing to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

    scope.addHook('onRequest', async (request, reply) => {
      // Only the one plain spelling: what hooks see must be what the engine sees.
      if (!plainPath.test(pathOf(request.raw.url ?? ''))) reply.callNotFound();
    });

    const prepareRequest = (request: FastifyRequest): void => {
      // Read first: it is found in the headers that go.
      const { raw, ip: address } = request;
      const isMtlsHost = raw.headers.host?.toLowerCase() === mtlsHost;
      for (const name of Object.keys(raw.headers)) {
        if (name.startsWith('x-forwarded-') || name === 'forwarded') delete raw.headers[name];
      }
      raw.headers.host = host;
      raw.headers['x-forwarded-proto'] = scheme;
      raw.headers['x-forwarded-for'] = address;
      setRequestContext(raw, {
        correlationId: request.id,
        address,
        endpoint: 'engine',
        ...(isMtlsHost && origin !== undefined && { origin }),
      });
    };

    const addRoute = (path: string, methods: readonly string[]): void => {
      scope.route({
        method: [...methods] as 'GET'[],
        exposeHeadRoute: false,
        url: path,
        config: { allowMtlsHost: mtlsPaths.has(path) },
        ...(methods.includes('OPTIONS') && { onSend: allowCorsOnErrors }),
        handler: async (request, reply) => {
          limitQuery(request.raw.url ?? '');
          await readBodyForEngine(request.raw, config.security.max_body_bytes).catch((error: unknown) => {
            // The rest of it, if there is any, is not waited for.
            if (!request.raw.complete) reply.header('connection', 'close');
            throw error;
          });
          prepareRequest(request);
          reply.hijack();
          setEngineHeaders(reply.raw, request.id);
          await engine().handle(path, request.raw, reply.raw);
        },
      });
    };

    for (const { path, methods } of enginePaths) addRoute(path, methods);
    for (const alias of aliases) {
      addRoute(alias.routes.token, ['POST', 'OPTIONS']);
      if ('userinfo' in alias.routes) addRoute(alias.routes.userinfo, ['GET', 'HEAD', 'POST', 'OPTIONS']);
    }
    await scope.register(redirectPostToGet(pathsRedirectedToGet, config.security.max_body_bytes));
    scope.get('/authorize', async (request, reply) => {
      const query = request.raw.url?.slice(pathOf(request.raw.url).length) ?? '';
      return reply.header('cache-control', 'no-store').redirect(`${routes.authorization}${query}`, 303);
    });
  };
