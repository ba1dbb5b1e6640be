import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { getRequestContext } from './request-context.ts';

/**
 * What the engine's own handlers did not catch. Without a listener Koa writes it on standard error, in lines that are
 * no JSON and name no request; that of a connection that broke is no fault, and anyone can make one.
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
