import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Config, ResourceConfig } from '#config';
import { systemClock } from '../../store/clock.ts';

type Tokens = Config['tokens'];

/** The engine wants a positive whole number. What has ended already is refused where it is found. */
const positive = (seconds: number): number => Math.max(Math.floor(seconds), 1);

/** Each rotation extends the life of a confidential or native client's refresh token. For others the first end stays. */
const refreshToken =
  ({
    refresh_token_ttl: lifetime,
    refresh_family_ttl: familyLifetime,
  }: Tokens): NonNullable<NonNullable<Configuration['ttl']>['RefreshToken']> =>
  (ctx, _token, client) => {
    const rotated = ctx?.oidc?.entities.RotatedRefreshToken;
    if (!rotated) return Math.min(lifetime, familyLifetime);
    const isSliding = client.clientAuthMethod !== 'none' || client.applicationType === 'native';
    return positive(
      Math.min(isSliding ? lifetime : rotated.remainingTTL, familyLifetime - rotated.totalLifetime()),
    );
  };

/**
 * Each use extends the life of a session, but not past the longest time since its sign-in. Without an account it holds the
 * state of one form, of signing out or of the entry of a user code, and anyone can start one.
 */
const session =
  ({
    session_ttl: lifetime,
    session_max_ttl: maxLifetime,
    interaction_ttl: formLifetime,
  }: Tokens): NonNullable<NonNullable<Configuration['ttl']>['Session']> =>
  (_ctx, { accountId, loginTs }) => {
    if (accountId === undefined) return Math.min(lifetime, formLifetime);
    const sinceSignIn = loginTs === undefined ? 0 : systemClock.now() / 1000 - loginTs;
    return positive(Math.min(lifetime, maxLifetime - sinceSignIn));
  };

/** FAPI 2.0 §5.3.2.1: a code lives for a minute at most. */
const maxCodeLifetime = (
  client: { readonly [name: string]: unknown },
  { issuer_code_ttl }: Tokens,
): number =>
  client['issuer_tokens'] === true ? issuer_code_ttl : client['profile'] === 'fapi2' ? 60 : Infinity;

/** The longest life that an access token of a person can have. */
export const longestAccessToken = ({ tokens, resources }: Pick<Config, 'tokens' | 'resources'>): number =>
  Math.max(tokens.access_token_ttl, ...resources.map(({ access_token_ttl = 0 }) => access_token_ttl));

/** A person who is signed in has at least as much time as one who isn't. */
export const longestInteraction = ({ tokens }: Pick<Config, 'tokens'>): number =>
  Math.max(tokens.interaction_ttl, tokens.interaction_signed_in_ttl);

/** Seconds until the grant of the request ends. A token that outlived it could not be introspected or revoked. */
const restOfGrant = (ctx: KoaContextWithOIDC | undefined): number => {
  const exp = ctx?.oidc?.entities.Grant?.exp;
  return exp === undefined ? Infinity : positive(exp - systemClock.now() / 1000);
};

export const lifetimes = ({ tokens, resources }: Config) => {
  const byAudience = new Map<unknown, ResourceConfig>(
    resources.map((resource) => [resource.audience, resource]),
  );
  /** A token that is for `/userinfo` too has a list of two audiences, one of which is no API. */
  const resourceLifetime = (audience: unknown): number | undefined => {
    const named: unknown = Array.isArray(audience) ? audience.find((one) => byAudience.has(one)) : audience;
    return byAudience.get(named)?.access_token_ttl;
  };
  return {
    // FAPI 2.0 §5.3.2.1: the clock of a client may be ten seconds ahead.
    clockTolerance: 10,
    ttl: {
      AccessToken: (ctx, token) =>
        Math.min(resourceLifetime(token.aud) ?? tokens.access_token_ttl, restOfGrant(ctx)),
      AuthorizationCode: (_ctx, _code, client) =>
        Math.min(tokens.authorization_code_ttl, maxCodeLifetime(client, tokens)),
      // OpenID Connect CIBA §7.1: a client may request a shorter time.
      BackchannelAuthenticationRequest: (ctx) =>
        Math.min(tokens.ciba_ttl, Number(ctx?.oidc?.params?.['requested_expiry'] ?? Infinity)),
      ClientCredentials: (_ctx, token) => resourceLifetime(token.aud) ?? tokens.client_credentials_ttl,
      DeviceCode: tokens.device_code_ttl,
      // Tokens must not outlive their grant. The first ones are issued up to an hour after it, and the last access token
      // when the refresh token ends.
      Grant: Math.max(
        tokens.grant_ttl,
        3600 + tokens.refresh_token_ttl + longestAccessToken({ tokens, resources }),
      ),
      IdToken: tokens.id_token_ttl,
      // Anyone can start a sign-in, so it ends soon. A person who is signed in has more time.
      Interaction: (ctx) =>
        ctx.oidc.session?.accountId === undefined ? tokens.interaction_ttl : longestInteraction({ tokens }),
      RefreshToken: refreshToken(tokens),
      Session: session(tokens),
    },
  } satisfies Configuration;
};
