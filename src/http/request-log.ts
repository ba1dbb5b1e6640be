import type { FastifyInstance } from 'fastify';

/**
 * One line for each request: the route's template, never its URL, for queries carry codes and states. Its correlation
 * id, which the logger adds, is in the answer as well, so that whoever was refused can name the line.
 */
export const logRequests = (server: FastifyInstance): void => {
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions, ip } = request;
    request.log.info(
      {
        method,
        route: routeOptions.url ?? 'unknown',
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: ip,
      },
      'request',
    );
    done();
  });
};
