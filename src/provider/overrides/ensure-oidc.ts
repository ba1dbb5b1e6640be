import { type Configuration, Provider } from 'oidc-provider';
import { type Middleware, Router, running } from '../internals.ts';

/** Which of the engine's steps it is. */
const replacedStep = 'ensureOIDC';

const setPlainContext: Middleware = (ctx, next) => {
  ctx.oidc = new ctx.app.OIDCContext(ctx);
  return running.run(ctx, next);
};

const methods = ['get', 'post', 'put', 'delete', 'options'] as const;

/**
 * An engine whose requests end when they end. By itself it gives each context a getter; V8 keeps what describes one
 * among old objects, and so all that it leads to, which is the whole request, outlives every quick collection. A plain
 * property does as well. Behind it, each route gets the middleware that features bring for it.
 */
export const createProvider = (
  issuer: string,
  settings: Configuration,
  middleware: ReadonlyMap<string, readonly Middleware[]>,
): Provider => {
  const { prototype: router } = Router;
  const originals = methods.map((method) => [method, router[method]] as const);
  for (const [method, register] of originals) {
    router[method] = function (name, path, first, ...others) {
      const step = first.name === replacedStep ? setPlainContext : first;
      return register.call(this, name, path, step, ...(middleware.get(name) ?? []), ...others);
    };
  }
  try {
    return new Provider(issuer, settings);
  } finally {
    for (const [method, register] of originals) router[method] = register;
  }
};
