/** The one way to what oidc-provider keeps private. It is read and replaced where the public interface has no means. */

import type { interactionPolicy, KoaContextWithOIDC, Provider } from 'oidc-provider';
import asyncLocalStorage from 'oidc-provider/lib/helpers/als.js';
import { assertPayload } from 'oidc-provider/lib/helpers/jwt.js';
import Router, { type Middleware } from 'oidc-provider/lib/helpers/router.js';
import validateDpop, { getDpopJwt } from 'oidc-provider/lib/helpers/validate_dpop.js';
import internalsByProvider from 'oidc-provider/lib/helpers/weak_cache.js';

export { assertPayload, asyncLocalStorage, getDpopJwt, type Middleware, Router, validateDpop };

type Payload = Readonly<Record<string, unknown>>;

export type ResponseMode = (
  ctx: KoaContextWithOIDC,
  redirectUri: string,
  payload: Payload,
) => void | Promise<void>;

export type DetailsType = Readonly<Record<'validate', (...about: never) => void>>;

interface Internals {
  /** `registerResponseMode` adds, but does not replace. */
  readonly responseModes: Map<string, ResponseMode>;
  readonly features: {
    /** Copied from the settings and read on every use. */
    readonly richAuthorizationRequests: { readonly types: Record<string, DetailsType> };
  };
  readonly DPoPNonces: { nextChallenge(): string; checkChallenge(challenge: string): boolean };
  readonly configuration: {
    readonly interactions: { readonly policy: interactionPolicy.Prompt[] };
    readonly clockTolerance: number;
  };
  /** What all models extend. `verify` checks a payload that was found. */
  readonly BaseModel: { verify(stored: object, options?: { readonly ignoreExpiration?: boolean }): unknown };
}

// The shape in the release that package.json pins.
export const internalsOf = (provider: Provider): Internals => internalsByProvider(provider) as Internals;
