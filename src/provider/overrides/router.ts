import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { authenticationStep, contextStep, jwtRefusalStep } from '../engine-texts.ts';
import { asyncLocalStorage, type Middleware, Router } from '../internals.ts';
import type { RouteHooks } from '../route-middleware.ts';
import type { Override } from './override.ts';

const setPlainContext: Middleware = (ctx, next) => {
  ctx.oidc = new ctx.app.OIDCContext(ctx);
  return asyncLocalStorage.run(ctx, next);
};

/** Every JWT has a dot, and no opaque token has one. */
const skipForOpaque =
  (refuseJwt: Middleware): Middleware =>
  (ctx, next) =>
    String(ctx.oidc.params?.['token']).includes('.') ? refuseJwt(ctx, next) : next();

const runWhenAuthenticated =
  (authenticate: Middleware, hooks: RouteHooks['clientAuthenticated']): Middleware =>
  (context, next) =>
    authenticate(context, () => {
      const ctx = context as unknown as KoaContextWithOIDC;
      const { client } = ctx.oidc;
      if (client) for (const hook of hooks) hook(ctx, client);
      return next();
    });

const methods = ['get', 'post', 'put', 'delete', 'options'] as const;

const withReplacedStep = new WeakSet<Provider>();

/**
 * The engine composes the middleware of a route while it is constructed and keeps it private afterwards. So the
 * methods that register routes are replaced for as long as the constructor runs.
 */
export const constructWithRoutes = (
  hooks: ReadonlyMap<string, RouteHooks>,
  construct: () => Provider,
): Provider => {
  const { prototype } = Router;
  const originals = methods.map((method) => [method, prototype[method]] as const);
  let isReplaced = false;
  for (const [method, register] of originals) {
    prototype[method] = function (name, path, first, ...others) {
      const isContextStep = first.name === contextStep;
      if (isContextStep) isReplaced = true;
      const step = isContextStep ? setPlainContext : first;
      const { middleware = [], clientAuthenticated = [] } = hooks.get(name) ?? {};
      const rest = others.map((other) => {
        if (other.name === jwtRefusalStep) return skipForOpaque(other);
        if (other.name === authenticationStep && clientAuthenticated.length > 0)
          return runWhenAuthenticated(other, clientAuthenticated);
        return other;
      });
      return register.call(this, name, path, step, ...middleware, ...rest);
    };
  }
  try {
    const provider = construct();
    if (isReplaced) withReplacedStep.add(provider);
    return provider;
  } finally {
    for (const [method, register] of originals) prototype[method] = register;
  }
};

export const router: Override = {
  name: 'router',
  symbols: methods.map((method) => `Router.prototype.${method}`),
  reason:
    'Features add middleware to single routes. And the first step of each route defines ctx.oidc as a getter: ' +
    'V8 keeps the descriptor of a getter among old objects, and with it the whole request until the next full ' +
    'collection. A plain property does the same work: of a token request, 0.9 KB stay among old objects ' +
    'instead of 10.9 KB (Node 24). The step that refuses JWTs catches an error for each opaque token, and the ' +
    'stack trace of the error takes longer than most steps; such tokens skip it. The step that authenticates ' +
    'the client has no hook behind it: an error after it looks like one before it.',
  test: 'test/provider/request-memory.test.ts',
  apply(provider) {
    if (!withReplacedStep.has(provider)) {
      throw new Error(`no route of oidc-provider begins with the step ${contextStep}`);
    }
  },
};
