/**
 * The engine's door: standard endpoints, handed to oidc-provider as they came, but by one spelling of each path, from
 * a host that is ours, with the scheme and the address that trusted proxies tell.
 */
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import type { Engine } from '../../provider/engine.ts';
import { describeRequest } from '../../provider/facts.ts';
import {
  aliases,
  enginePaths,
  isForPeople,
  pathsByCertificate,
  pathsTurnedToGet,
  routes,
} from '../../provider/paths.ts';
import { boundBody, boundQuery } from './bodies.ts';
import { engineHeaders } from './headers.ts';
import { letOriginsRead } from './origins.ts';
import { turnToGet } from './turn-to-get.ts';

const plainPath = /^[A-Za-z0-9/_.~-]+$/;

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

interface Parts {
  readonly config: Config;
  readonly engine: () => Engine;
  /** What is refused on the way to a page: with a page. */
  readonly answerError: AnswerError;
}

export const engineDoor =
  ({ config, engine, answerError }: Parts): FastifyPluginAsync =>
  async (scope) => {
    const { host, protocol } = new URL(config.issuer);
    const scheme = protocol.slice(0, -1);
    const { mtls_origin: origin } = config.proxy;
    const ofCertificates = origin === undefined ? undefined : new URL(origin).host;

    const { errorHandler: answerProgram } = scope;
    scope.setErrorHandler((error, request, reply) => {
      if (isForPeople(request.routeOptions.url ?? '')) answerError(error, request, reply);
      else answerProgram.call(scope, error as FastifyError, request, reply);
    });

    // The engine reads the body itself; a parser of ours would leave it nothing to read.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));

    scope.addHook('onRequest', async (request, reply) => {
      // Only the one plain spelling: what hooks see must be what the engine sees.
      if (!plainPath.test(pathOf(request.raw.url ?? ''))) reply.callNotFound();
    });

    const prepare = (request: FastifyRequest): void => {
      // Read first: it is found in the headers that go.
      const { raw, ip: address } = request;
      const isElsewhere = raw.headers.host?.toLowerCase() === ofCertificates;
      for (const name of Object.keys(raw.headers)) {
        if (name.startsWith('x-forwarded-') || name === 'forwarded') delete raw.headers[name];
      }
      raw.headers.host = host;
      raw.headers['x-forwarded-proto'] = scheme;
      raw.headers['x-forwarded-for'] = address;
      describeRequest(raw, {
        correlation: request.id,
        address,
        door: 'engine',
        ...(isElsewhere && origin !== undefined && { origin }),
      });
    };

    const serve = (path: string, methods: readonly string[]): void => {
      scope.route({
        method: [...methods] as 'GET'[],
        exposeHeadRoute: false,
        url: path,
        config: { byCertificate: pathsByCertificate.has(path) },
        ...(methods.includes('OPTIONS') && { onSend: letOriginsRead }),
        handler: async (request, reply) => {
          boundQuery(request.raw.url ?? '');
          await boundBody(request.raw, config.security.max_body_bytes).catch((error: unknown) => {
            // The rest of it, if there is any, is not waited for.
            if (!request.raw.complete) reply.header('connection', 'close');
            throw error;
          });
          prepare(request);
          reply.hijack();
          engineHeaders(reply.raw, request.id);
          await engine().handle(path, request.raw, reply.raw);
        },
      });
    };

    for (const { path, methods } of enginePaths) serve(path, methods);
    for (const alias of aliases) {
      serve(alias.routes.token, ['POST', 'OPTIONS']);
      if ('userinfo' in alias.routes) serve(alias.routes.userinfo, ['GET', 'HEAD', 'POST', 'OPTIONS']);
    }
    await scope.register(turnToGet(pathsTurnedToGet, config.security.max_body_bytes));
    scope.get('/authorize', async (request, reply) => {
      const query = request.raw.url?.slice(pathOf(request.raw.url).length) ?? '';
      return reply.header('cache-control', 'no-store').redirect(`${routes.authorization}${query}`, 303);
    });
  };
