import type { FastifyInstance } from 'fastify';
import { onRequestEnd } from './request-end.ts';

/**
 * Writes one line for each request. It has the route's template, never the URL, because queries carry codes and states.
 * The response carries the same id, so that a caller can name the line.
 */
export const logRequests = (server: FastifyInstance): void => {
  // No member of these lines is a secret, and the search for members to redact takes as long as a store operation.
  const requestLog = server.log.child({}, { redact: [] });
  server.addHook('onRequest', ({ id }, { raw }, done) => {
    // The engine answers on the raw response, so the header goes there.
    raw.setHeader('x-request-id', id);
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
