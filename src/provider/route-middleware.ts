import type { KoaContextWithOIDC } from 'oidc-provider';
import type { EngineRoute } from './engine-route.ts';
import type { EngineClient } from './engine-types.ts';
import type { Middleware } from './internals.ts';

type RouteHook = (ctx: KoaContextWithOIDC) => void | Promise<void>;

/** It may throw, which refuses the request. */
type ClientHook = (ctx: KoaContextWithOIDC, client: EngineClient) => void;

/** What a feature does at one route of the engine, or at a few. Requests to other routes never meet it. */
export interface RouteMiddleware {
  readonly route: EngineRoute | readonly EngineRoute[];
  /** Runs before the engine reads the request. */
  readonly before?: RouteHook;
  /** Runs when the client becomes known, before the client authenticates. */
  readonly clientKnown?: ClientHook;
  /** Runs when the client has authenticated. A public client has nothing to authenticate with, so it runs at once. */
  readonly clientAuthenticated?: ClientHook;
  /** Runs once the engine has made its response, before the commit. */
  readonly after?: RouteHook;
  /** As `after`, only for requests that the engine refuses. It is no middleware, so successes never meet it. */
  readonly refused?: RouteHook;
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

export interface RouteHooks {
  /** The outermost first: `before` in this order, `after` in the reverse one. */
  readonly middleware: readonly Middleware[];
  readonly clientKnown: readonly ClientHook[];
  readonly clientAuthenticated: readonly ClientHook[];
  readonly refused: readonly RouteHook[];
}

export const groupByRoute = (all: readonly RouteMiddleware[]): ReadonlyMap<string, RouteHooks> => {
  const byRoute = new Map<string, RouteHooks>();
  for (const one of all) {
    const middleware = one.before || one.after ? [toMiddleware(one)] : [];
    const clientKnown = one.clientKnown ? [one.clientKnown] : [];
    const clientAuthenticated = one.clientAuthenticated ? [one.clientAuthenticated] : [];
    const refused = one.refused ? [one.refused] : [];
    for (const route of [one.route].flat()) {
      const hooks = byRoute.get(route);
      byRoute.set(route, {
        middleware: [...(hooks?.middleware ?? []), ...middleware],
        clientKnown: [...(hooks?.clientKnown ?? []), ...clientKnown],
        clientAuthenticated: [...(hooks?.clientAuthenticated ?? []), ...clientAuthenticated],
        refused: [...(hooks?.refused ?? []), ...refused],
      });
    }
  }
  return byRoute;
};
