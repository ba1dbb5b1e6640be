import type { onSendHookHandler } from 'fastify';

/**
 * Lets scripts of other origins read refusals that happen before the engine, at the routes where they may read its
 * responses: an application in a browser must see that it has to wait, and how long (Fetch §3.3). Credentials stay
 * excluded, as they are at the engine.
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
