import type { onSendHookHandler } from 'fastify';

/**
 * Where scripts of other origins may read the answers of the engine, they may read what is refused on the way there: an
 * application in a browser has to see that it must wait, and how long (Fetch §3.3). As there, no cookie goes along.
 */
export const allowCorsOnErrors: onSendHookHandler = (request, reply, payload, done) => {
  const { origin } = request.headers;
  if (origin !== undefined) {
    reply
      .header('vary', 'Origin')
      .header('access-control-allow-origin', origin)
      .header('access-control-expose-headers', 'Retry-After');
  }
  done(null, payload);
};
