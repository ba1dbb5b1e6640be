import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { getRequestContext } from '../request-context.ts';

/**
 * Logs errors that no handler of the engine caught. Without a listener Koa writes them to standard error, not as JSON
 * and without the request. The error of a broken connection is not logged: any client can cause it.
 */
export const logUncaughtErrors = (
  provider: Provider,
  onUncaughtError: (error: unknown, correlation: string) => void,
): void => {
  const emitter: EventEmitter = provider;
  emitter.on('error', (error: unknown, { req }: KoaContextWithOIDC) => {
    if (error !== req.socket.errored) onUncaughtError(error, getRequestContext(req).correlationId);
  });
};
