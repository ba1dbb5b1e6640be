import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Events } from '../events.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Store } from '../store/port.ts';
import { UnitOfWork } from '../store/unit-of-work.ts';
import type { ClientSource } from './clients/client-source.ts';
import { emitGrantRevoked, emitOutcome, errorOf, outcomeOf } from './engine-events.ts';
import { completeErrorResponse } from './errors/error-response.ts';
import { findMismatch } from './errors/mismatch.ts';
import { type RenderError, replaceResponse } from './errors/replace-response.ts';
import type { GrantType } from './grant-types.ts';
import { asyncLocalStorage } from './internals.ts';
import { getRequestContext, keepLatestRequests, setUnitOfWork } from './request-context.ts';
import type { RouteHooks } from './route-middleware.ts';
import { keepFormerSessionCookie } from './sessions/session-cookie.ts';
import { ReplayError } from './storage/replay-error.ts';

type Next = () => Promise<void>;

interface Dependencies {
  readonly store: Store;
  readonly events: Events;
  readonly grantTypes: readonly GrantType[];
  readonly renderError: RenderError;
  readonly clients: Pick<ClientSource, 'closestId'>;
  readonly hooks: ReadonlyMap<string, RouteHooks>;
}

/** The context that overrides and storage look up ends with the route, so it is set again. */
const runRefusedHooks = async (
  ctx: KoaContextWithOIDC,
  hooks: ReadonlyMap<string, RouteHooks>,
): Promise<void> => {
  for (const hook of hooks.get(ctx.oidc?.route)?.refused ?? [])
    await asyncLocalStorage.run(ctx, () => hook(ctx));
};

/** A refused request commits what survives a refusal. A failed one commits nothing, so that it may be repeated. */
const commitOutcome = (ctx: KoaContextWithOIDC, work: UnitOfWork): Promise<void> | undefined => {
  const outcome = outcomeOf(ctx);
  const error = errorOf(ctx);
  if (error instanceof StoreUnavailable) throw error;
  return outcome === 'failed' ? undefined : work.commit({ refused: outcome === 'refused' });
};

/**
 * Commits the unit of work of each request of the engine, once, after its handler and before its response leaves. When
 * the store refuses the commit or is unavailable, an error replaces the response. A request that ends with a 5xx status
 * commits nothing, so the code or refresh token that it sent is still good.
 */
export const commitBeforeResponse = (
  provider: Provider,
  { store, renderError, clients, hooks, ...eventSource }: Dependencies,
) => {
  const keepLatest = keepLatestRequests();
  return async (ctx: KoaContextWithOIDC, next: Next): Promise<void> => {
    const { unitOfWork: work = new UnitOfWork(store), translateResponse } = getRequestContext(ctx.req);
    setUnitOfWork(ctx, work);
    try {
      await next();
      try {
        if (errorOf(ctx)) await runRefusedHooks(ctx, hooks);
        await commitOutcome(ctx, work);
      } catch (error) {
        if (error instanceof ReplayError) emitGrantRevoked(eventSource, ctx);
        await replaceResponse(provider, ctx, error, renderError);
      }
      if (outcomeOf(ctx) === 'succeeded') keepLatest(ctx);
      else keepFormerSessionCookie(provider, ctx, work);
      translateResponse?.(ctx, errorOf(ctx));
      if (ctx.status >= 400) completeErrorResponse(provider.issuer, ctx);
    } finally {
      const error = errorOf(ctx);
      emitOutcome(eventSource, ctx, error && (await findMismatch(ctx, error, clients.closestId)));
    }
  };
};
