/**
 * Owns the routes of oidc-provider: which methods each takes, which errors people see as pages, and the headers that the
 * engine may trust. The engine gets the host of the issuer, and the caller's address as trusted proxies report it.
 */

import type { FastifyPluginAsync, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
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
import type { AnswerError } from '../error-handler.ts';
import { createForeignFormCheck } from '../pages/foreign-forms.ts';
import { carriesBody, limitQuery, readBodyForEngine } from './bodies.ts';
import { allowCorsOnErrors } from './cors-on-errors.ts';
import { redirectPostToGet } from './redirect-post-to-get.ts';

interface Dependencies {
  readonly config: Config;
  readonly engine: Pick<Engine, 'handle'>;
  /** Answers with a page where people go, and with JSON for programs. */
  readonly answerError: AnswerError;
}

export const engineScope =
  ({ config, engine, answerError }: Dependencies): FastifyPluginAsync =>
  async (scope) => {
    // The engine reads the body itself, so no parser may consume it.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

    const prepareRequest = createPrepareRequest(config);
    const refuseForeignForms = createForeignFormCheck(config);

    const addRoute = (path: string, methods: readonly string[]): void => {
      const hooks: Pick<RouteOptions, 'onRequest' | 'onSend' | 'errorHandler'> = {
        ...(path.includes(':') && { onRequest: requirePlainPath }),
        ...(ownForms.has(path) && { onRequest: refuseForeignForms }),
        ...(methods.includes('OPTIONS') && { onSend: allowCorsOnErrors }),
        ...(isPagePath(path) && { errorHandler: answerError }),
      };
      scope.route({
        ...hooks,
        // Its type knows single names only, but a list of them is what it takes.
        method: [...methods] as 'GET'[],
        exposeHeadRoute: false,
        url: path,
        config: { allowMtlsHost: mtlsPaths.has(path) },
        handler: async (request, reply) => {
          limitQuery(request.raw.url ?? '');
          if (carriesBody(request.raw)) {
            try {
              await readBodyForEngine(request.raw, config.security.max_body_bytes);
            } catch (error) {
              // The server doesn't wait for the rest of the body.
              if (!request.raw.complete) reply.header('connection', 'close');
              throw error;
            }
          }
          prepareRequest(request);
          reply.hijack();
          await engine.handle(path, request.raw, reply.raw);
        },
      });
    };

    for (const { path, methods } of enginePaths) addRoute(path, methods);
    for (const alias of aliases) {
      addRoute(alias.routes.token, ['POST', 'OPTIONS']);
      if ('userinfo' in alias.routes) addRoute(alias.routes.userinfo, ['GET', 'HEAD', 'POST', 'OPTIONS']);
    }
    await scope.register(
      redirectPostToGet({
        paths: pathsRedirectedToGet,
        maxBytes: config.security.max_body_bytes,
        answerError,
      }),
    );
    scope.get('/authorize', async (request, reply) => {
      const { url = '' } = request.raw;
      const query = url.slice(pathOf(url).length);
      return reply.header('cache-control', 'no-store').redirect(`${routes.authorization}${query}`, 303);
    });
  };

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

/** Forms of this server's own pages. Other sites may post to the authorization and logout endpoints. */
const ownForms: ReadonlySet<string> = new Set([routes.code_verification, `${routes.end_session}/confirm`]);

const plainPath = /^[A-Za-z0-9/_.~-]+$/;

/** The engine's router decodes parameters too, and it must not see another value than the hooks of this server. */
const requirePlainPath: onRequestHookHandler = (request, reply, done) => {
  if (plainPath.test(pathOf(request.raw.url ?? ''))) done();
  else reply.callNotFound();
};

/** The engine trusts forwarding headers, so callers' own are replaced. */
const createPrepareRequest = ({ issuer, proxy }: Config): ((request: FastifyRequest) => void) => {
  const { host, protocol } = new URL(issuer);
  const scheme = protocol.slice(0, -1);
  const { mtls_origin: mtlsOrigin } = proxy;
  const mtlsHost = mtlsOrigin === undefined ? undefined : new URL(mtlsOrigin).host;
  return (request) => {
    // Fastify reads the address from the headers that are deleted below, when it is first asked for.
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
      ...(isMtlsHost && mtlsOrigin !== undefined && { origin: mtlsOrigin }),
    });
  };
};
