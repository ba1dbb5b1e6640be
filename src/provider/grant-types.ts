import type { TokenEndpointGrantContext } from 'oidc-provider';
import type { EngineRoute } from './engine-route.ts';

/** What a client exchanges for tokens at the token endpoint (RFC 6749 §1.3, §4.5). */
export interface GrantType {
  /** The value of `grant_type` in a token request, and of `grant_types` in the metadata of a client. */
  readonly name: string;
  /**
   * Answers a token request: it checks the grant, saves the tokens and sets `ctx.body`. The client has authenticated,
   * and it is registered for this grant type. Left out where oidc-provider has the handler.
   */
  readonly handler?: (ctx: TokenEndpointGrantContext) => Promise<void>;
  /** Parameters of the token request that the handler reads; oidc-provider drops all others. */
  readonly parameters?: readonly string[];
  /** Public clients can't be registered for it. */
  readonly requiresAuthentication?: boolean;
  /** A person takes part, so a client may be registered for refresh tokens too. */
  readonly involvesPerson: boolean;
  /** The endpoint where a client begins, if that isn't the authorization endpoint or the token endpoint. */
  readonly beginsAt?: EngineRoute;
  /** The entity of a token request that says how and when the person signed in. */
  readonly signInSource?: string;
}

/** The grant types that every installation has (RFC 6749 §4.1, §6, §4.4). Features bring the others. */
export const coreGrantTypes: readonly GrantType[] = [
  { name: 'authorization_code', involvesPerson: true, signInSource: 'AuthorizationCode' },
  { name: 'refresh_token', involvesPerson: false },
  { name: 'client_credentials', involvesPerson: false, requiresAuthentication: true },
];
