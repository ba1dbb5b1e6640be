import type { Socket } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Config } from '#config';
import { checkBodyHeaders } from './bodies.ts';
import { requireCanonicalPath } from './canonical-path.ts';
import { answerClientError } from './client-errors.ts';
import { defaultHeaders, setDefaultHeaders } from './default-headers.ts';
import { rejectDuplicateHeaders } from './duplicate-headers.ts';
import { createErrorHandler } from './error-handler.ts';
import { sanitizeForwardedFor } from './forwarded-for.ts';
import { requireKnownHost } from './hosts.ts';
import { watchRequestEnd } from './request-end.ts';
import { createRequestIds } from './request-ids.ts';
import { logRequests } from './request-log.ts';
import { childLoggerFactory } from './request-logger.ts';

/** Each door checks what it is sent by rules of its own; Fastify's compilers of schemas would be loaded for nothing. */
const refuseSchema = (): never => {
  throw new Error('a route of this house has no schema: check what it is sent in its handler');
};
const noSchemas = { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema };

/**
 * Node knows an address for good once it was asked, and can't be asked any more when the caller has hung up. Whoever is
 * gone by now has none: what they sent would be limited, and told of, as nobody's.
 */
const requirePeerAddress = (socket: Socket): void => {
  if (socket.remoteAddress === undefined) socket.destroy();
};

type AnswerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => void;

/**
 * Bare of doors: limits, names of requests, known hosts, one log line each, and an answer for every fault. What no door
 * can be found for, because its address can't be read, is answered by `answerUnreadable`.
 */
export const createServer = (
  config: Config,
  log: FastifyBaseLogger,
  answerFrameworkError: AnswerError,
): FastifyInstance => {
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
    // A client that sends its request slower than this is cut off; so is one that never finishes its headers.
    requestTimeout: 10_000,
    // Node looks for such clients every thirty seconds unless told otherwise, and tells nobody of a missing host.
    http: { connectionsCheckingInterval: 1000, requireHostHeader: false },
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 256,
    },
    clientErrorHandler: answerClientError,
    // No hook runs before this one.
    frameworkErrors(error, request, reply) {
      watchRequestEnd(server, request, reply.raw);
      reply.headers(defaultHeaders(config)).header('x-request-id', request.id);
      answerFrameworkError(error, request, reply);
    },
  });
  server.server.headersTimeout = 10_000;
  // Each door has its own; what leads to none is not read.
  server.removeAllContentTypeParsers();
  server.server.on('connection', requirePeerAddress);
  sanitizeForwardedFor(server);
  logRequests(server);
  setDefaultHeaders(server, config);
  rejectDuplicateHeaders(server);
  requireKnownHost(server, config);
  requireCanonicalPath(server);
  checkBodyHeaders(server, config);
  server.setErrorHandler(createErrorHandler(config.issuer));
  return server;
};
