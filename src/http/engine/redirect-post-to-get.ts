import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { readBody } from '../bodies.ts';
import type { AnswerError } from '../error-handler.ts';

interface Options {
  readonly paths: readonly string[];
  readonly maxBytes: number;
  readonly answerError: AnswerError;
}

/** Servers and proxies on the way may refuse a longer URL. */
const maxQueryLength = 7000;

/**
 * Redirects a posted form to the same URL by GET. Browsers send `SameSite=Lax` cookies with that GET but not with a form
 * that another site posts, so the cookies need no weaker attribute.
 */
export const redirectPostToGet =
  ({ paths, maxBytes, answerError }: Options): FastifyPluginAsync =>
  async (scope) => {
    scope.setErrorHandler(answerError);
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
        // The body is parsed and written again, so that nothing but parameters gets into the URL.
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
