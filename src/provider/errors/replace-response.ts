import type { EventEmitter } from 'node:events';
import { type Configuration, errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import { retryAfterSeconds } from '../../errors.ts';
import { StoreUnavailable } from '../../store/errors.ts';
import { removeOtherCookies } from '../sessions/session-cookie.ts';

export type RenderError = NonNullable<Configuration['renderError']>;

type ErrorBody = Parameters<RenderError>[1];

const toEngineError = (error: unknown): Error => {
  if (error instanceof errors.OIDCProviderError) return error;
  if (error instanceof StoreUnavailable) return new TemporarilyUnavailable(error);
  return error instanceof Error ? error : new Error(String(error));
};

/** RFC 6749 §4.1.2.1 defines the code. The status says that the client may send the same request again. */
class TemporarilyUnavailable extends errors.OIDCProviderError {
  constructor(cause: StoreUnavailable) {
    super(503, 'temporarily_unavailable');
    this.error_description = cause.publicMessage;
    this.cause = cause;
  }
}

/** RFC 9449 §7.1: at userinfo, the only refusal by a commit is that of a DPoP proof that was used before. */
const dpopChallenge = (ctx: KoaContextWithOIDC, error: Error): string =>
  `DPoP realm="${ctx.oidc.issuer}", error="${error.message}"`;

/** Puts an error in place of the response that the engine has made, when it can't be committed. */
export const replaceResponse = async (
  provider: Provider,
  ctx: KoaContextWithOIDC,
  cause: unknown,
  renderError: RenderError,
): Promise<void> => {
  const error = toEngineError(cause);
  const expected = error instanceof errors.OIDCProviderError;
  removeOtherCookies(provider, ctx);
  for (const name of ['location', 'content-length', 'content-type']) ctx.remove(name);
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

/** The event that the engine emits when it refuses a request itself. */
const refusalEventOf = (route: string | undefined): string => {
  if (route === 'resume') return 'authorization.error';
  return route === undefined || route === 'token' ? 'grant.error' : `${route}.error`;
};
