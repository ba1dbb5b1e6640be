import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { EngineRoute } from '../../provider/engine-route.ts';
import type { CountRefreshToken } from '../../provider/overrides/options.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
import { getRequestContext } from '../../provider/request-context.ts';
import { type Counter, usesOfRecord } from './counter.ts';
import { type LimitedUse, usesOfAddress } from './uses-of-address.ts';

interface Dependencies {
  readonly config: Pick<Config, 'security'>;
  readonly counter: Counter;
}

/** The endpoints where clients authenticate. */
const limitedRoutes: readonly EngineRoute[] = [
  'token',
  'pushed_authorization_request',
  'introspection',
  'revocation',
  'device_authorization',
  'backchannel_authentication',
];

/** Those of them that take a code or a token. */
const redeemingRoutes: readonly EngineRoute[] = ['token', 'introspection', 'revocation'];

const refusals = [
  'grant.error',
  'pushed_authorization_request.error',
  'introspection.error',
  'revocation.error',
  'device_authorization.error',
  'backchannel_authentication.error',
];

/** 429 (RFC 6585 §4). RFC 6749 has no error code for it, so it gets the nearest one. */
class TooManyRequests extends errors.OIDCProviderError {
  constructor(what: string, wait: number) {
    super(429, 'temporarily_unavailable');
    this.error_description = `${what}, wait ${wait} seconds`;
  }
}

/**
 * Limits how often a client's secret may be guessed from one address, and how often a client may ask at all. Both are
 * checked when the client becomes known, before its secret is. Strangers know its id, so only its own requests count.
 * And it limits how many refresh tokens clients get for one account, each KiB once: they stay in the store for days.
 */
export const limitClients = ({ config, counter }: Dependencies): ProviderSettings => {
  const { failed_authentication_per_client, refresh_token_per_account, token_per_client } =
    config.security.throttle;

  const failuresOf = (ctx: KoaContextWithOIDC, client: string) =>
    usesOfAddress('failed', getRequestContext(ctx.req).address, failed_authentication_per_client, client);
  const requestsOf = (client: string): LimitedUse => ({ name: `client ${client}`, limit: token_per_client });

  const refuse = (ctx: KoaContextWithOIDC, what: string, wait: number | undefined): void => {
    if (wait === undefined) return;
    ctx.set('Retry-After', String(wait));
    throw new TooManyRequests(what, wait);
  };

  const refuseBeyondLimits = (
    ctx: KoaContextWithOIDC,
    { clientId }: InstanceType<Provider['Client']>,
  ): void => {
    refuse(
      ctx,
      'too many failed authentications of this client from this address',
      counter.secondsToWait(failuresOf(ctx, clientId)),
    );
    refuse(ctx, 'too many requests of this client', counter.secondsToWait([requestsOf(clientId)]));
  };

  const countFailure = (ctx: KoaContextWithOIDC, error: Error): void => {
    const { client } = ctx.oidc;
    if (client && error instanceof errors.OIDCProviderError && error.error === 'invalid_client') {
      for (const use of failuresOf(ctx, client.clientId)) counter.add(use);
    }
  };

  /** A request that doesn't authenticate can't use up the limit of the client that it names. */
  const countAuthenticated = (_ctx: KoaContextWithOIDC, client: InstanceType<Provider['Client']>): void => {
    if (client.clientAuthMethod !== 'none') counter.add(requestsOf(client.clientId));
  };

  /** Anyone can send the id of a public client, so only requests with a code or token of the client count. */
  const countRedemption = ({ oidc: { client, entities }, status }: KoaContextWithOIDC): void => {
    if (client?.clientAuthMethod !== 'none' || status >= 400) return;
    const { clientId } = client;
    const isOfClient = [entities.AccessToken, entities.RefreshToken].some(
      (one) => one?.clientId === clientId,
    );
    if (isOfClient) counter.add(requestsOf(clientId));
  };

  const countRefreshToken: CountRefreshToken = (ctx, { accountId = '', bytes }) => {
    const use = { name: `refresh-token ${accountId}`, limit: refresh_token_per_account };
    refuse(ctx, 'too many refresh tokens for this account', counter.secondsToWait([use]));
    counter.add(use, usesOfRecord(bytes));
  };

  return {
    overrides: { refreshTokenSave: { countToken: countRefreshToken } },
    listeners: Object.fromEntries(refusals.map((event) => [event, countFailure])),
    routes: [
      {
        route: limitedRoutes,
        clientKnown: refuseBeyondLimits,
        ...(token_per_client > 0 && { clientAuthenticated: countAuthenticated }),
      },
      ...(token_per_client > 0 ? [{ route: redeemingRoutes, after: countRedemption }] : []),
    ],
  };
};
