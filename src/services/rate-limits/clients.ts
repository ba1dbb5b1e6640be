import type { EventEmitter } from 'node:events';
import { errors, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Config } from '#config';
import { getRequestContext } from '../../provider/request-context.ts';
import { networkOf } from '../throttle/index.ts';
import type { Counter } from './counter.ts';

interface Parts {
  readonly config: Pick<Config, 'security'>;
  readonly counter: Counter;
}

const authenticated = new Set([
  'token',
  'pushed_authorization_request',
  'introspection',
  'revocation',
  'device_authorization',
  'backchannel_authentication',
]);

const refusals = [
  'grant.error',
  'pushed_authorization_request.error',
  'introspection.error',
  'revocation.error',
  'device_authorization.error',
  'backchannel_authentication.error',
];

/** RFC 6585 §4 by a code of RFC 6749, which has none for it. */
class TooMany extends errors.OIDCProviderError {
  constructor(what: string, wait: number) {
    super(429, 'temporarily_unavailable');
    this.error_description = `${what}, wait ${wait} seconds`;
  }
}

/**
 * What is limited by the client: how often its secret may be guessed from one address, and how often it may ask at
 * all. Looked at when the client becomes known, before its secret is.
 */
export const limitClients = (provider: Provider, { config, counter }: Parts): void => {
  const { failed_authentication_per_client, token_per_client } = config.security.throttle;

  const failuresOf = (ctx: KoaContextWithOIDC, client: string) => ({
    what: 'failed',
    who: `${networkOf(getRequestContext(ctx.req).address)} ${client}`,
    limit: failed_authentication_per_client,
  });
  const requestsOf = (client: string) => ({ what: 'client', who: client, limit: token_per_client });

  const refuse = (ctx: KoaContextWithOIDC, what: string, wait: number | undefined): void => {
    if (wait === undefined) return;
    ctx.set('Retry-After', String(wait));
    throw new TooMany(what, wait);
  };

  const { prototype } = provider.OIDCContext;
  const entity = prototype.entity;
  prototype.entity = function (key: string, value: unknown): void {
    entity.call(this, key, value);
    const { ctx } = Provider;
    const { client } = this;
    if (key !== 'Client' || !ctx || !client || !authenticated.has(this.route)) return;
    refuse(
      ctx,
      'too many failed authentications of this client from this address',
      counter.reached(failuresOf(ctx, client.clientId)),
    );
    refuse(ctx, 'too many requests of this client', counter.reached(requestsOf(client.clientId)));
  };

  const emitter: EventEmitter = provider;
  for (const name of refusals) {
    emitter.on(name, (ctx: KoaContextWithOIDC, error: Error) => {
      const { client } = ctx.oidc;
      if (client && error instanceof errors.OIDCProviderError && error.error === 'invalid_client') {
        counter.add(failuresOf(ctx, client.clientId));
      }
    });
  }

  if (token_per_client === 0) return;
  provider.use(async (ctx, next) => {
    await next();
    // Whoever could not prove to be the client uses nothing of what it may.
    const { client, route } = ctx.oidc ?? {};
    if (client && authenticated.has(route) && ctx.status !== 401 && ctx.status !== 429) {
      counter.add(requestsOf(client.clientId));
    }
  });
};
