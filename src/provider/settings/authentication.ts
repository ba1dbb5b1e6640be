import type { KoaContextWithOIDC } from 'oidc-provider';

interface Authentication {
  readonly acr?: string | undefined;
  readonly amr?: readonly string[] | undefined;
  readonly authTime?: number | undefined;
}

/** The sign-in that what is redeemed at the token endpoint goes back to. */
export const authenticationOf = ({ oidc }: KoaContextWithOIDC): Authentication | undefined => {
  const { AuthorizationCode, RefreshToken, DeviceCode, BackchannelAuthenticationRequest } = oidc.entities;
  return AuthorizationCode ?? DeviceCode ?? BackchannelAuthenticationRequest ?? RefreshToken;
};
