import type { Socket } from 'node:net';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import type { Config } from '#config';
import { refuseBodies } from './bodies.ts';
import { answerClientError } from './client-errors.ts';
import { awaitEnding } from './endings.ts';
import { answerFault } from './faults.ts';
import { readAddressesOnly } from './forwarded.ts';
import { onlyKnownHosts } from './hosts.ts';
import { refuseMissingOrDoubled } from './one-of-each.ts';
import { onlyOneSpelling } from './one-spelling.ts';
import { logRequests } from './request-log.ts';
import { childLoggerFactory } from './request-logger.ts';
import { createNames } from './request-names.ts';
import { safeHeaders, setSafeDefaults } from './safe-defaults.ts';

/** Each door checks what it is sent by rules of its own; Fastify's compilers of schemas would be loaded for nothing. */
const refuseSchema = (): never => {
  throw new Error('a route of this house has no schema: check what it is sent in its handler');
};
const noSchemas = { buildValidator: () => refuseSchema, buildSerializer: () => refuseSchema };

/**
 * Node knows an address for good once it was asked, and can't be asked any more when the caller has hung up. Whoever is
 * gone by now has none: what they sent would be limited, and told of, as nobody's.
 */
const knowAddress = (socket: Socket): void => {
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
  answerUnreadable: AnswerError,
): FastifyInstance => {
  const server = Fastify({
    loggerInstance: log,
    logController: new Fastify.LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'correlation',
    }),
    genReqId: createNames(),
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
      awaitEnding(server, request, reply.raw);
      reply.headers(safeHeaders(config)).header('x-request-id', request.id);
      answerUnreadable(error, request, reply);
    },
  });
  server.server.headersTimeout = 10_000;
  // Each door has its own; what leads to none is not read.
  server.removeAllContentTypeParsers();
  server.server.on('connection', knowAddress);
  readAddressesOnly(server);
  logRequests(server);
  setSafeDefaults(server, config);
  refuseMissingOrDoubled(server);
  onlyKnownHosts(server, config);
  onlyOneSpelling(server);
  refuseBodies(server, config);
  server.setErrorHandler(answerFault(config.issuer));
  return server;
};
