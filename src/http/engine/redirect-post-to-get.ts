import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { readBody } from '../bodies.ts';

/** What a URL may hold before servers and proxies on the way give up. */
const maxQueryLength = 7000;

/**
 * A form posted from another site comes without our `SameSite=Lax` cookies; the GET that it is turned into has them,
 * and cookies need not be opened to every site for it.
 */
export const redirectPostToGet =
  (paths: readonly string[], maxBytes: number): FastifyPluginAsync =>
  async (scope) => {
    scope.addContentTypeParser('application/x-www-form-urlencoded', async ({ raw }: FastifyRequest) =>
      String(await readBody(raw, maxBytes)),
    );
    for (const path of paths) {
      scope.post<{ Body: unknown }>(path, async (request, reply) => {
        if (typeof request.body !== 'string') {
          throw new Failure({
            code: 'invalid_request',
            status: 415,
            message: 'send the parameters as application/x-www-form-urlencoded',
          });
        }
        // Parsed and written again, so that nothing but parameters gets into the address.
        const query = new URLSearchParams(request.body).toString();
        if (query.length > maxQueryLength) {
          throw new Failure({
            code: 'invalid_request',
            status: 413,
            message: 'the request is too large to be passed on; push it to /oauth/par (RFC 9126)',
          });
        }
        return reply.header('cache-control', 'no-store').redirect(`${path}?${query}`, 303);
      });
    }
  };
