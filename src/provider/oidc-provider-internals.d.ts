declare module 'oidc-provider/lib/helpers/weak_cache.js' {
  const internalsByProvider: (provider: object) => unknown;
  export default internalsByProvider;
}

declare module 'oidc-provider/lib/helpers/als.js' {
  import type { AsyncLocalStorage } from 'node:async_hooks';

  const asyncLocalStorage: AsyncLocalStorage<object>;
  export default asyncLocalStorage;
}

declare module 'oidc-provider/lib/helpers/validate_dpop.js' {
  /** The proof of the request, once it is verified. */
  export const getDpopJwt: (
    provider: object,
    ctx: object,
  ) => { readonly payload: { readonly jti?: string } } | undefined;

  /** Validates the proof of the request once, and then returns the same result. `undefined` without a proof. */
  const validateDpop: (
    provider: object,
    ctx: object,
  ) => Promise<{ readonly thumbprint: string; readonly jti: string } | undefined>;
  export default validateDpop;
}

declare module 'oidc-provider/lib/helpers/jwt.js' {
  /** Throws for a payload that has expired, or whose members have other types than those of a JWT. */
  export const assertPayload: (
    payload: object,
    options: { readonly ignoreExpiration?: boolean; readonly clockTolerance: number },
  ) => void;
}

declare module 'oidc-provider/lib/helpers/router.js' {
  import type { Provider } from 'oidc-provider';

  type Context = ConstructorParameters<Provider['OIDCContext']>[0] & {
    readonly app: Provider;
    oidc: { readonly params?: Readonly<Record<string, unknown>> | undefined };
  };
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

declare module 'oidc-provider/lib/response_modes/query.js' {
  import type { KoaContextWithOIDC } from 'oidc-provider';

  const redirect: (ctx: KoaContextWithOIDC, uri: string, payload: Readonly<Record<string, unknown>>) => void;
  export default redirect;
}
