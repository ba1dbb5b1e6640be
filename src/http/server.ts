import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Config } from '#config';
import { refuseBodies } from './bodies.ts';
import { answerFault } from './faults.ts';
import { onlyKnownHosts } from './hosts.ts';
import { onlyOneSpelling } from './one-spelling.ts';
import { logRequests } from './request-log.ts';
import { childLoggerFactory } from './request-logger.ts';
import { createNames } from './request-names.ts';
import { setSafeDefaults } from './safe-defaults.ts';

/** Bare of doors: limits, names of requests, known hosts, one log line each, and an answer for every fault. */
export const createServer = (config: Config, log: FastifyBaseLogger): FastifyInstance => {
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
    // Node looks for such clients every thirty seconds unless told otherwise.
    http: { connectionsCheckingInterval: 1000 },
    connectionTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      ignoreDuplicateSlashes: false,
      maxParamLength: 256,
    },
    frameworkErrors: answerFault(config.issuer),
  });
  server.server.headersTimeout = 10_000;
  logRequests(server);
  setSafeDefaults(server, config);
  onlyKnownHosts(server, config);
  onlyOneSpelling(server);
  refuseBodies(server, config);
  server.setErrorHandler(answerFault(config.issuer));
  return server;
};
