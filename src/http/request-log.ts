import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './request-end.ts';

/**
 * One line for each request: the route's template, never its URL, for queries carry codes and states. Its correlation
 * id is in the answer as well, so that whoever was refused can name the line.
 */
export const logRequests = (server: FastifyInstance): void => {
  // Its members are the five below and none is a secret; to look for some takes as long as a round trip to the store.
  const requestLog = server.log.child({}, { redact: [] });
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  onRequestEnd(server, ({ method, routeOptions, ip, id }, status, milliseconds) => {
    requestLog.info(
      {
        correlation: id,
        method,
        route: routeOptions.url ?? 'unknown',
        status,
        ms: Math.round(milliseconds * 10) / 10,
        address: ip,
      },
      'request',
    );
  });
};
