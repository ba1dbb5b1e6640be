import type { EventEmitter } from 'node:events';
import { type Configuration, errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Events } from '../events.ts';
import { withWork } from '../store/current-work.ts';
import { Unavailable } from '../store/errors.ts';
import type { Store } from '../store/port.ts';
import { factsOf } from './facts.ts';
import { Replayed } from './storage/replayed.ts';
import { endingOf, tellEnding, tellRevoked } from './tell.ts';

type Next = () => Promise<void>;

export type RenderError = NonNullable<Configuration['renderError']>;

type ErrorOut = Parameters<RenderError>[1];

/** Some seconds: long enough for a store to come back, short enough for a client to wait. */
const retryAfter = '2';

interface Around {
  readonly store: Store;
  readonly events: Events;
  readonly renderError: RenderError;
}

/**
 * The one place where a request of the engine is committed: after its handler, before its answer. What the store
 * refuses or can't do now replaces the answer that was ready.
 */
export const commitBeforeAnswer =
  (provider: Provider, { store, events, renderError }: Around) =>
  (ctx: KoaContextWithOIDC, next: Next): Promise<void> =>
    withWork(store, async (work) => {
      try {
        await next();
        const ending = endingOf(ctx);
        try {
          if (ending instanceof Unavailable) throw ending;
          if (ctx.status >= 400) keepSessionCookie(provider, ctx);
          if (ctx.status < 500) await work.commit({ refused: ctx.status >= 400 });
        } catch (error) {
          if (error instanceof Replayed) tellRevoked(events, ctx);
          await answerInstead(provider, ctx, asEngineError(error), renderError);
        }
        factsOf(ctx.req).translate?.(ctx, endingOf(ctx));
      } finally {
        tellEnding(events, ctx);
      }
    });

/** What a refused request made of the session is not kept: the cookie that the browser has stays the good one. */
const keepSessionCookie = (provider: Provider, ctx: KoaContextWithOIDC): void => {
  const name = provider.cookieName('session');
  const lines = [ctx.response.get('set-cookie') ?? []].flat();
  ctx.remove('set-cookie');
  const others = lines.filter((line) => !line.startsWith(`${name}=`) && !line.startsWith(`${name}.sig=`));
  if (others.length > 0) ctx.set('set-cookie', others);
};

const asEngineError = (error: unknown): Error => {
  if (error instanceof errors.OIDCProviderError) return error;
  if (error instanceof Unavailable) return new StoreAway({ cause: error });
  return error instanceof Error ? error : new Error(String(error));
};

/** RFC 6749 has the code; the status says that the same request may be sent again. */
class StoreAway extends errors.OIDCProviderError {
  constructor(options?: ErrorOptions) {
    super(503, 'temporarily_unavailable');
    this.error_description = 'the server is not able to handle the request right now, try it again';
    if (options?.cause !== undefined) this.cause = options.cause;
  }
}

/** RFC 9449 §7.1: what is refused this late at userinfo is a proof that was used before. */
const challengeFor = (ctx: KoaContextWithOIDC, error: Error): string =>
  `DPoP realm="${ctx.oidc.issuer}", error="${error.message}"`;

const answerInstead = async (
  provider: Provider,
  ctx: KoaContextWithOIDC,
  error: Error,
  renderError: RenderError,
): Promise<void> => {
  const expected = error instanceof errors.OIDCProviderError;
  for (const name of ['set-cookie', 'location', 'content-length', 'content-type']) ctx.remove(name);
  ctx.status = expected ? error.statusCode : 500;
  if (ctx.status === 503) ctx.set('Retry-After', retryAfter);
  if (ctx.status === 401 && ctx.oidc.route === 'userinfo')
    ctx.set('WWW-Authenticate', challengeFor(ctx, error));
  const out: ErrorOut = expected
    ? {
        error: error.error,
        ...(error.error_description !== undefined && { error_description: error.error_description }),
      }
    : { error: 'server_error', error_description: 'oops! something went wrong' };
  await renderError(ctx, out, error);
  const emitter: EventEmitter = provider;
  emitter.emit(expected ? refusalAt(ctx.oidc?.route) : 'server_error', ctx, error);
};

/** The engine's names for a refusal, by route. */
const refusalAt = (route: string | undefined): string => {
  if (route === 'resume') return 'authorization.error';
  return route === undefined || route === 'token' || route.startsWith('registration')
    ? 'grant.error'
    : `${route}.error`;
};
