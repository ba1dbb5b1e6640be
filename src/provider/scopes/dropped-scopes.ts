import type { EventEmitter } from 'node:events';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { scopeDropped } from '../engine-events.ts';

/** The requests that these routes continue have said it already. */
const laterRoutes: ReadonlySet<string> = new Set(['resume', 'code_verification', 'device_resume']);

/** Says in the log and the audit record which scopes a request doesn't get, if it succeeds. */
export const emitDroppedScopes = (ctx: KoaContextWithOIDC, scopes: readonly string[]): void => {
  const { provider, route, entities } = ctx.oidc;
  if (laterRoutes.has(route)) return;
  if (route === 'authorization' && entities.PushedAuthorizationRequest) return;
  const emitter: EventEmitter = provider;
  emitter.emit(scopeDropped, ctx, scopes);
};
