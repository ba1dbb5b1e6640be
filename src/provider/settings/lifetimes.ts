import type { Configuration } from 'oidc-provider';
import type { Config } from '#config';

/** A public client's refresh tokens end when the first of them would have; a confidential client's slide. */
const refreshToken =
  (lifetime: number): NonNullable<NonNullable<Configuration['ttl']>['RefreshToken']> =>
  (ctx, _token, client) => {
    const rotated = ctx?.oidc?.entities.RotatedRefreshToken;
    const isSliding = client.clientAuthMethod !== 'none' || client.applicationType === 'native';
    return rotated && !isSliding ? Math.max(rotated.remainingTTL, 1) : lifetime;
  };

/** FAPI 2.0 §5.3.2.1: a minute at most. */
const maxCodeLifetime = (
  client: { readonly [name: string]: unknown },
  { issuer_code_ttl }: Config['tokens'],
): number =>
  client['issuer_tokens'] === true ? issuer_code_ttl : client['profile'] === 'fapi2' ? 60 : Infinity;

export const lifetimes = ({ tokens, resources }: Config) => {
  const resourceLifetime = (audience: unknown): number | undefined =>
    resources.find((resource) => resource.audience === audience)?.access_token_ttl;
  return {
    // FAPI 2.0 §5.3.2.1: clocks of clients may be ten seconds ahead.
    clockTolerance: 10,
    ttl: {
      AccessToken: (_ctx, token) => resourceLifetime(token.aud) ?? tokens.access_token_ttl,
      AuthorizationCode: (_ctx, _code, client) =>
        Math.min(tokens.authorization_code_ttl, maxCodeLifetime(client, tokens)),
      // CIBA §7.1: a client may wish for less.
      BackchannelAuthenticationRequest: (ctx) =>
        Math.min(tokens.ciba_ttl, Number(ctx?.oidc?.params?.['requested_expiry'] ?? Infinity)),
      ClientCredentials: (_ctx, token) => resourceLifetime(token.aud) ?? tokens.client_credentials_ttl,
      DeviceCode: tokens.device_code_ttl,
      // The first refresh tokens come a little later, and end no later for all that.
      Grant: Math.max(tokens.grant_ttl, tokens.refresh_token_ttl + 3600),
      IdToken: tokens.id_token_ttl,
      Interaction: tokens.interaction_ttl,
      RefreshToken: refreshToken(tokens.refresh_token_ttl),
      Session: tokens.session_ttl,
    },
  } satisfies Configuration;
};
