import { hash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';

const metricsPath = '/metrics';

export interface Gathered {
  readonly text: string;
  readonly type: string;
}

type Gather = () => Promise<Gathered>;

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Compares digests, so the time depends neither on the text nor on its length. */
const createTokenCheck = (token: string | undefined): ((authorization: string | undefined) => boolean) => {
  if (token === undefined) return () => true;
  const expected = digest(`Bearer ${token}`);
  return (authorization) => timingSafeEqual(digest(authorization ?? ''), expected);
};

const unauthorized = {
  error: 'invalid_token',
  error_description: 'send the token of metrics.token as a bearer token',
};

/** Serves metrics on the main port, with the token. Any Host header is accepted, because scrapers use addresses. */
export const metricsRoute =
  (token: string | undefined, gather: Gather): FastifyPluginAsync =>
  async (scope) => {
    const allowed = createTokenCheck(token);
    scope.get(metricsPath, { config: { allowAnyHost: true } }, async (request, reply) => {
      reply.header('cache-control', 'no-store');
      if (!allowed(request.headers.authorization)) {
        return reply.code(401).header('www-authenticate', 'Bearer').send(unauthorized);
      }
      const { text, type } = await gather();
      return reply.header('content-type', type).send(text);
    });
  };

/** Serves metrics on a separate port, and nothing else there. */
export const startMetricsServer = async (
  { host, port, token }: Pick<Config['metrics'], 'host' | 'port' | 'token'>,
  gather: Gather,
): Promise<Server> => {
  const allowed = createTokenCheck(token);
  const server = createServer((request, response) => {
    const answer = (status: number, type: string, body: string): void => {
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    };
    const json = (status: number, body: object): void =>
      answer(status, 'application/json', JSON.stringify(body));
    if (request.url !== metricsPath || request.method !== 'GET') return json(404, { error: 'not_found' });
    if (!allowed(request.headers.authorization)) {
      response.setHeader('www-authenticate', 'Bearer');
      return json(401, unauthorized);
    }
    return void gather().then(
      ({ text, type }) => answer(200, type, text),
      () => json(500, { error: 'server_error' }),
    );
  });
  server.requestTimeout = 10_000;
  server.listen(port, host);
  await once(server, 'listening');
  return server;
};
