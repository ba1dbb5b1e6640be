import type { EventEmitter } from 'node:events';
import { type Configuration, errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { retryAfterSeconds } from '../errors.ts';
import type { Events } from '../events.ts';
import { StoreUnavailable } from '../store/errors.ts';
import type { Store } from '../store/port.ts';
import { UnitOfWork } from '../store/unit-of-work.ts';
import { emitGrantRevoked, emitOutcome, errorOf } from './engine-events.ts';
import { completeErrorResponse } from './error-response.ts';
import { getRequestContext, setUnitOfWork } from './request-context.ts';
import { ReplayError } from './storage/replay-error.ts';

type Next = () => Promise<void>;

export type RenderError = NonNullable<Configuration['renderError']>;

type ErrorBody = Parameters<RenderError>[1];

interface Dependencies {
  readonly store: Store;
  readonly events: Events;
  readonly renderError: RenderError;
}

/**
 * The one place where a request of the engine is committed: after its handler, before its answer. What the store
 * refuses or can't do now replaces the answer that was ready.
 */
export const commitBeforeResponse =
  (provider: Provider, { store, events, renderError }: Dependencies) =>
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
        if (error instanceof ReplayError) emitGrantRevoked(events, ctx);
        await replaceResponse(provider, ctx, toEngineError(error), renderError);
      }
      translateResponse?.(ctx, errorOf(ctx));
      if (ctx.status >= 400) completeErrorResponse(provider.issuer, ctx);
    } finally {
      emitOutcome(events, ctx);
    }
  };

/** What a refused request made of the session is not kept: the cookie that the browser has stays the good one. */
const keepSessionCookie = (provider: Provider, ctx: KoaContextWithOIDC): void => {
  const name = provider.cookieName('session');
  const lines = [ctx.response.get('set-cookie') ?? []].flat();
  ctx.remove('set-cookie');
  const others = lines.filter((line) => !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`));
  if (others.length > 0) ctx.set('set-cookie', others);
};

const toEngineError = (error: unknown): Error => {
  if (error instanceof errors.OIDCProviderError) return error;
  if (error instanceof StoreUnavailable) return new TemporarilyUnavailable(error);
  return error instanceof Error ? error : new Error(String(error));
};

/** RFC 6749 has the code; the status says that the same request may be sent again. */
class TemporarilyUnavailable extends errors.OIDCProviderError {
  constructor(cause: StoreUnavailable) {
    super(503, 'temporarily_unavailable');
    this.error_description = cause.publicMessage;
    this.cause = cause;
  }
}

/** RFC 9449 §7.1: what is refused this late at userinfo is a proof that was used before. */
const dpopChallenge = (ctx: KoaContextWithOIDC, error: Error): string =>
  `DPoP realm="${ctx.oidc.issuer}", error="${error.message}"`;

const replaceResponse = async (
  provider: Provider,
  ctx: KoaContextWithOIDC,
  error: Error,
  renderError: RenderError,
): Promise<void> => {
  const expected = error instanceof errors.OIDCProviderError;
  for (const name of ['set-cookie', 'location', 'content-length', 'content-type']) ctx.remove(name);
  ctx.status = expected ? error.statusCode : 500;
  if (ctx.status === 503) ctx.set('Retry-After', String(retryAfterSeconds));
  if (ctx.status === 401 && ctx.oidc.route === 'userinfo')
    ctx.set('WWW-Authenticate', dpopChallenge(ctx, error));
  const body: ErrorBody = expected
    ? {
        error: error.error,
        ...(error.error_description !== undefined && { error_description: error.error_description }),
      }
    : { error: 'server_error', error_description: 'oops! something went wrong' };
  await renderError(ctx, body, error);
  const emitter: EventEmitter = provider;
  emitter.emit(expected ? refusalEventOf(ctx.oidc?.route) : 'server_error', ctx, error);
};

/** The engine's names for a refusal, by route. */
const refusalEventOf = (route: string | undefined): string => {
  if (route === 'resume') return 'authorization.error';
  return route === undefined || route === 'token' || route.startsWith('registration')
    ? 'grant.error'
    : `${route}.error`;
};
