/** The one place where the context and the unit of work of the request that the engine serves are looked up. */
import type { IncomingMessage } from 'node:http';
import { type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { currentUnitOfWork } from '../store/current-unit-of-work.ts';
import type { UnitOfWork } from '../store/unit-of-work.ts';

/** What the HTTP scopes know of a request and the engine can't see. */
export interface RequestContext {
  /** It is in every log line, audit record and error page of this request. */
  readonly correlationId: string;
  /** The client's address, as far as trusted proxies report it. */
  readonly address: string;
  /** The scope that took the request: `engine`, `json`, `pages`. */
  readonly endpoint: string;
  /** The origin that the request was sent to, when that is not the issuer's: `proxy.mtls_origin`. */
  readonly origin?: string;
  /** The engine joins it, so that it doesn't read again what its caller has read. */
  readonly unitOfWork?: UnitOfWork;
  /** Rewrites the engine's response, after the commit, for an endpoint whose responses have another form. */
  readonly translateResponse?: (ctx: KoaContextWithOIDC, error: Error | undefined) => void;
}

// Both are kept in a field of the request and not in a WeakMap: what a WeakMap holds lives until the next full collection
// of garbage, long after the request.
const requestContext = Symbol('request context');
const unitOfWork = Symbol('unit of work');

type Request = IncomingMessage & { [requestContext]?: RequestContext };
type Context = KoaContextWithOIDC & { [unitOfWork]?: UnitOfWork };

export const setRequestContext = (request: Request, context: RequestContext): void => {
  request[requestContext] = context;
};

export const getRequestContext = (request: Request): RequestContext =>
  request[requestContext] ?? {
    correlationId: '',
    address: request.socket.remoteAddress ?? '',
    endpoint: 'engine',
  };

/** Called by the middleware that commits it. */
export const setUnitOfWork = (ctx: Context, work: UnitOfWork): void => {
  ctx[unitOfWork] = work;
};

/** The unit of work that is committed before the response to this request. */
export const getUnitOfWork = (ctx: Context): UnitOfWork => {
  const work = ctx[unitOfWork];
  if (!work) throw new Error('the engine serves this request outside of a unit of work');
  return work;
};

/**
 * For storage, which the engine calls without a context: the unit of work of the request that the engine serves, or of
 * the page that calls the engine.
 */
export const findUnitOfWork = (): UnitOfWork | undefined => {
  const ctx: Context | undefined = Provider.ctx;
  return ctx?.[unitOfWork] ?? currentUnitOfWork();
};

/**
 * Keeps the latest request of each route and grant type until the next one. V8 drops compiled code whose hidden classes
 * no object has, and a full collection of garbage while a server rests would find no object of a request: then hundreds of
 * functions are compiled again. Call it for requests that succeed, so that no caller chooses how many are kept.
 */
export const keepLatestRequests = (): ((ctx: KoaContextWithOIDC) => void) => {
  const latest = new Map<string, KoaContextWithOIDC>();
  return (ctx) => {
    const { route, params } = ctx.oidc;
    latest.set(`${route} ${params?.['grant_type']}`, ctx);
  };
};

/** For overrides, which the engine calls without a context. Undefined when no request of the engine is being served. */
export const currentContext = (): KoaContextWithOIDC | undefined => Provider.ctx;

/** Where the request that the engine serves comes from, for storage. It is what the request says, and proves nothing. */
export const findRequestOrigin = (): { readonly userAgent?: string; readonly address?: string } => {
  const { ctx } = Provider;
  if (!ctx) return {};
  const userAgent = ctx.get('user-agent');
  const { address } = getRequestContext(ctx.req);
  return { ...(userAgent !== '' && { userAgent }), ...(address !== '' && { address }) };
};
