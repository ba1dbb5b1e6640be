declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  const instance: (provider: object) => unknown;
  export default instance;
}

declare module 'oidc-provider/lib/helpers/als.js' {
  import type { AsyncLocalStorage } from 'node:async_hooks';

  const running: AsyncLocalStorage<object>;
  export default running;
}

declare module 'oidc-provider/lib/helpers/router.js' {
  import type { Provider } from 'oidc-provider';

  type Context = ConstructorParameters<Provider['OIDCContext']>[0] & { readonly app: Provider; oidc: object };
  export type Middleware = (ctx: Context, next: () => Promise<unknown>) => Promise<unknown>;
  type Register = (
    this: Router,
    name: string,
    path: string,
    first: Middleware,
    ...others: Middleware[]
  ) => Router;
  export default class Router {
    get: Register;
    post: Register;
    put: Register;
    delete: Register;
    options: Register;
  }
}
