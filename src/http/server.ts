import type { Socket } from 'node:net';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { rejectDuplicateHeaders, requireCanonicalPath } from './ambiguous-requests.ts';
import { checkBodyHeaders } from './bodies.ts';
import { answerClientError } from './client-errors.ts';
import { defaultHeaders, setDefaultHeaders } from './default-headers.ts';
import { type AnswerError, createErrorHandler } from './error-handler.ts';
import { sanitizeForwardedFor } from './forwarded-for.ts';
import { requireKnownHost } from './hosts.ts';
import { watchRequestEnd } from './request-end.ts';
import { childLoggerFactory, createRequestIds, logRequests } from './request-log.ts';

/** Handlers check their input themselves, so Fastify's schema compilers are never loaded. */
const refuseSchema = (): never => {
  throw new Error('routes have no schema here: check the input in the handler');
};
const noSchemas = { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema };

/**
 * `remoteAddress` is undefined after the peer hung up, unless it was read before. Such sockets are dropped: their
 * requests could not be rate limited or attributed.
 */
const requirePeerAddress = (socket: Socket): void => {
  if (socket.remoteAddress === undefined) socket.destroy();
};

/**
 * A server without routes: limits, request ids, known hosts, one log line per request, and an answer to every error.
 * `answerFrameworkError` answers requests whose URL can't be read, because they match no scope. None of the rules is
 * for the routes of `withoutRules`.
 */
export const createServer = async (
  config: Config,
  log: FastifyBaseLogger,
  answerFrameworkError: AnswerError,
  withoutRules?: FastifyPluginAsync,
): Promise<FastifyInstance> => {
  const server = Fastify({
    loggerInstance: log,
    logController: new Fastify.LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'correlation',
    }),
    genReqId: createRequestIds(),
    childLoggerFactory,
    trustProxy: config.proxy.trusted.length > 0 ? [...config.proxy.trusted] : false,
    bodyLimit: config.security.max_body_bytes,
    // The server cuts off a client that takes longer to send a whole request.
    requestTimeout: 10_000,
    // By default Node checks for slow clients every 30 seconds, and answers a missing host without an event or a log line.
    http: { connectionsCheckingInterval: 5_000, requireHostHeader: false },
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    // Each route would start a timer. Nothing here waits for long while it is registered.
    pluginTimeout: 0,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 256,
    },
    clientErrorHandler: answerClientError,
    // Fastify calls it without running any hook.
    frameworkErrors(error, request, reply) {
      watchRequestEnd(server, request, reply.raw);
      reply.headers(defaultHeaders(config)).header('x-request-id', request.id);
      answerFrameworkError(error, request, reply);
    },
  });
  server.server.headersTimeout = 10_000;
  // No route has this method. Fastify would throw for one without a content type (RFC 10008 §2), also at unknown paths.
  server.addHttpMethod('QUERY', { hasBody: false, overrideExisting: true });
  // A scope has the hooks that its parent had when it was made.
  if (withoutRules) await server.register(withoutRules);
  // Each scope brings its own parsers. The body of any other request is not read.
  server.removeAllContentTypeParsers();
  server.server.on('connection', requirePeerAddress);
  sanitizeForwardedFor(server, config);
  logRequests(server);
  setDefaultHeaders(server, config);
  rejectDuplicateHeaders(server);
  requireKnownHost(server, config);
  requireCanonicalPath(server);
  checkBodyHeaders(server, config);
  server.setErrorHandler(createErrorHandler(config.issuer));
  return server;
};
