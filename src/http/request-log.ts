import type { FastifyInstance } from 'fastify';

/** One line for each request: the route's template, never its URL, for queries carry codes and states. */
export const logRequests = (server: FastifyInstance): void => {
  server.addHook('onResponse', async (request, reply) => {
    const { method, routeOptions, ip, id } = request;
    request.log.info(
      {
        method,
        route: routeOptions.url ?? 'unknown',
        status: reply.raw.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        address: ip,
        correlation: id,
      },
      'request',
    );
  });
};
