import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Events } from '../events.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Store } from '../store/port.ts';
import { UnitOfWork } from '../store/unit-of-work.ts';
import { emitGrantRevoked, emitOutcome, errorOf } from './engine-events.ts';
import { completeErrorResponse } from './error-response.ts';
import type { GrantType } from './grant-types.ts';
import { type RenderError, replaceResponse } from './replace-response.ts';
import { getRequestContext, setUnitOfWork } from './request-context.ts';
import { ReplayError } from './storage/replay-error.ts';

type Next = () => Promise<void>;

interface Dependencies {
  readonly store: Store;
  readonly events: Events;
  readonly grantTypes: readonly GrantType[];
  readonly renderError: RenderError;
}

/**
 * Commits the unit of work of each request of the engine, once, after its handler and before its response leaves. When
 * the store refuses the commit or is unavailable, an error replaces the response.
 */
export const commitBeforeResponse =
  (provider: Provider, { store, renderError, ...eventSource }: Dependencies) =>
  async (ctx: KoaContextWithOIDC, next: Next): Promise<void> => {
    const { unitOfWork: work = new UnitOfWork(store), translateResponse } = getRequestContext(ctx.req);
    setUnitOfWork(ctx, work);
    try {
      await next();
      const outcome = errorOf(ctx);
      try {
        if (outcome instanceof StoreUnavailable) throw outcome;
        if (ctx.status >= 400) keepSessionCookie(provider, ctx);
        if (ctx.status < 500) await work.commit({ refused: ctx.status >= 400 });
      } catch (error) {
        if (error instanceof ReplayError) emitGrantRevoked(eventSource, ctx);
        await replaceResponse(provider, ctx, error, renderError);
      }
      translateResponse?.(ctx, errorOf(ctx));
      if (ctx.status >= 400) completeErrorResponse(provider.issuer, ctx);
    } finally {
      emitOutcome(eventSource, ctx);
    }
  };

/** A refused request does not store its changes of the session, so the browser keeps the session cookie that it has. */
const keepSessionCookie = (provider: Provider, ctx: KoaContextWithOIDC): void => {
  const name = provider.cookieName('session');
  const lines = [ctx.response.get('set-cookie') ?? []].flat();
  ctx.remove('set-cookie');
  const others = lines.filter((line) => !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`));
  if (others.length > 0) ctx.set('set-cookie', others);
};
