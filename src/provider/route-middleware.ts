import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Middleware } from './internals.ts';

/** The engine's routes, by the names that `ctx.oidc.route` has for them. */
export type EngineRoute =
  | 'authorization'
  | 'backchannel_authentication'
  | 'code_verification'
  | 'device_authorization'
  | 'device_resume'
  | 'discovery'
  | 'end_session'
  | 'end_session_confirm'
  | 'end_session_success'
  | 'introspection'
  | 'pushed_authorization_request'
  | 'resume'
  | 'revocation'
  | 'token'
  | 'userinfo';

type RouteHook = (ctx: KoaContextWithOIDC) => void | Promise<void>;

/** What a feature does at one route of the engine, or at a few. Requests to other routes never meet it. */
export interface RouteMiddleware {
  readonly route: EngineRoute | readonly EngineRoute[];
  /** Runs before the engine reads the request. */
  readonly before?: RouteHook;
  /** Runs once the engine has made its response, before the commit. */
  readonly after?: RouteHook;
}

const toMiddleware =
  ({ before, after }: RouteMiddleware): Middleware =>
  async (context, next) => {
    // The engine sets `ctx.oidc` before it runs the middleware of a route.
    const ctx = context as unknown as KoaContextWithOIDC;
    await before?.(ctx);
    await next();
    await after?.(ctx);
  };

/** The middleware of each route, the outermost first: `before` in this order, `after` in the reverse one. */
export const groupByRoute = (all: readonly RouteMiddleware[]): ReadonlyMap<string, readonly Middleware[]> => {
  const byRoute = new Map<string, Middleware[]>();
  for (const one of all) {
    const middleware = toMiddleware(one);
    for (const route of [one.route].flat()) byRoute.set(route, [...(byRoute.get(route) ?? []), middleware]);
  }
  return byRoute;
};
