import type { UpstreamConfig } from '#config';
import type { ClaimMapping } from '../../provider/claims/claim-mapping.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Endpoints of a provider that speaks OAuth 2.0 without OpenID Connect. */
export interface OAuth2Endpoints {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint: string;
  readonly emails_endpoint?: string;
}

/** Texts of a claim of the upstream, and the groups of this server that they mean. */
export interface GroupMapping {
  readonly from: string;
  readonly map: Readonly<Record<string, string | readonly string[]>>;
  readonly default?: string | readonly string[];
}

/** One identity provider, with what its preset knows filled in. */
export interface Upstream {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** What accounts are linked to, beside the subject: in it, a subject never names another person. */
  readonly linkedIssuer: string;
  /** What it was before, for the same people. */
  readonly formerIssuers: readonly string[];
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scopes: readonly string[];
  readonly logo?: string;
  readonly domains: readonly string[];
  readonly create: boolean;
  readonly link: UpstreamConfig['link'];
  /** Present for a provider without OpenID Connect. */
  readonly oauth2?: OAuth2Endpoints;
  /** Signs the client secret (Sign in with Apple). */
  readonly apple?: { readonly team_id: string; readonly key_id: string };
  /** The provider sends its response as a form of another site, which brings no `SameSite=Lax` cookie. */
  readonly responseMode?: 'form_post';
  /**
   * Claims of the profile that the provider sends beside its response. No one has signed them, so they are names that the
   * person could choose here as well, and nothing else.
   */
  profileBeside?(response: URLSearchParams): Claims;
  readonly requiredClaims: Readonly<Record<string, readonly string[]>>;
  readonly claims: ClaimMapping;
  readonly groups?: GroupMapping;
  readonly acr: Readonly<Record<string, string>>;
  readonly amr: Readonly<Record<string, string>>;
  /** A sign-in by it needs no second factor of this server. */
  readonly isEnough: boolean;
  /** A sign-out here goes on to this upstream. */
  readonly passesLogoutOn: boolean;
  readonly timeoutMs: number;
  readonly allowedNetworks: readonly string[];
  /** The setting that lists them, for what is said of a refused address. */
  readonly networksSetting: string;
  /** What identifies a person at this upstream for ever. Undefined when the claims lack it. */
  subjectOf(claims: Claims): string | undefined;
  /** Whether the address in these claims is one that the upstream has verified, and is trusted for. */
  isEmailVerified(claims: Claims): boolean;
}
