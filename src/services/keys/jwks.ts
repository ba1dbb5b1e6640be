import { hash } from 'node:crypto';
import type { FastifyPluginAsync, FastifyReply } from 'fastify';
import type { Keys } from './contract.ts';

interface Options {
  readonly keys: Pick<Keys, 'current'>;
  readonly path: string;
  readonly cacheSeconds: number;
}

interface Representation {
  readonly source: unknown;
  readonly body: string;
  readonly etag: string;
}

/** RFC 9110 §13.1.2: the comparison is weak, and `*` matches any representation. */
const matches = (header: string | undefined, etag: string): boolean =>
  header?.split(',').some((each) => ['*', etag].includes(each.trim().replace(/^W\//, ''))) ?? false;

const cors = (reply: FastifyReply) =>
  reply.header('access-control-allow-origin', '*').header('access-control-expose-headers', 'etag');

/** Serves the key set (RFC 7517 §5) from memory, so it answers while the store is unavailable. */
export const jwksRoute = ({ keys, path, cacheSeconds }: Options): FastifyPluginAsync => {
  let last: Representation | undefined;

  const represent = (): Representation => {
    const { publicJwks } = keys.current();
    if (last?.source === publicJwks) return last;
    const body = JSON.stringify(publicJwks);
    last = { source: publicJwks, body, etag: `"${hash('sha256', body, 'base64url')}"` };
    return last;
  };

  return async (app) => {
    app.get(path, { exposeHeadRoute: true }, async (request, reply) => {
      const { body, etag } = represent();
      cors(reply).header('cache-control', `public, max-age=${cacheSeconds}`).header('etag', etag);
      if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.type('application/jwk-set+json').send(body);
    });
    app.options(path, async (_request, reply) =>
      cors(reply)
        .header('access-control-allow-methods', 'GET, HEAD')
        .header('access-control-allow-headers', 'if-none-match')
        .header('access-control-max-age', '86400')
        .code(204)
        .send(),
    );
  };
};
