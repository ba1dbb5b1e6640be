/** The one way to what the engine keeps to itself. Read and changed here because its public face has no word for it. */

import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import running from 'oidc-provider/lib/helpers/als.js';
import Router, { type Middleware } from 'oidc-provider/lib/helpers/router.js';
import instance from 'oidc-provider/lib/helpers/weak_cache.js';

export { type Middleware, Router, running };

type Payload = Readonly<Record<string, unknown>>;

export type ResponseMode = (
  ctx: KoaContextWithOIDC,
  redirectUri: string,
  payload: Payload,
) => void | Promise<void>;

type DetailsType = Readonly<Record<'validate', (...about: never) => void>>;

interface Internals {
  /** `registerResponseMode` adds, but does not replace. */
  readonly responseModes: Map<string, ResponseMode>;
  readonly features: {
    /** Copied from the settings; looked at on every use. */
    readonly richAuthorizationRequests: { readonly types: Record<string, DetailsType> };
  };
}

// As it is in the release that package.json pins.
export const internalsOf = (provider: Provider): Internals => instance(provider) as Internals;
