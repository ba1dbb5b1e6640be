import type { FastifyRequest, onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { aliases, jsonTokensPath, routes } from '../../provider/paths.ts';
import { backchannelLogoutPath } from '../upstreams/index.ts';
import type { Counter } from './counter.ts';
import { usesOfAddress } from './uses-of-address.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Requests of one address to all routes with this name are counted together, against the limit of an endpoint. */
    readonly limitedAs?: string;
  }
}

interface Dependencies {
  readonly config: Pick<Config, 'security'>;
  readonly events: Events;
  readonly counter: Counter;
}

interface Limit {
  readonly what: string;
  readonly limit: number;
}

/** Limits by route pattern, or by method and pattern. What the router matched counts, not what the URL looks like. */
const limitsOf = ({ security }: Pick<Config, 'security'>): ReadonlyMap<string, Limit> => {
  const { token_per_address, registration_per_address } = security.throttle;
  // Each endpoint has a count. So an API that introspects many tokens doesn't use up the sign-ins of its address.
  const perAddress = (what: string, ...paths: string[]) =>
    paths.map((path) => [path, { what, limit: token_per_address }] as const);
  return new Map<string, Limit>([
    ...perAddress('token', routes.token, jsonTokensPath, ...aliases.map((alias) => alias.routes.token)),
    ...perAddress('authorize', routes.authorization),
    ...perAddress('par', routes.pushed_authorization_request),
    ...perAddress('introspect', routes.introspection),
    ...perAddress('revoke', routes.revocation),
    ...perAddress('device', routes.device_authorization),
    ...perAddress('ciba', routes.backchannel_authentication),
    ...perAddress('upstream_logout', backchannelLogoutPath(':id')),
    [routes.registration, { what: 'register', limit: registration_per_address }],
    ...perAddress('registration', `${routes.registration}/:clientId`),
    // The server may have to fetch the `sector_identifier_uri` of each.
    [`PUT ${routes.registration}/:clientId`, { what: 'update', limit: registration_per_address }],
  ]);
};

/** Refuses with 429 (RFC 6585 §4) before the request is read. Each scope renders the refusal in its format. */
export const limitAddresses = ({ config, events, counter }: Dependencies): onRequestHookHandler => {
  const limits = limitsOf(config);
  const { token_per_address: limitOfNamed } = config.security.throttle;
  const ofNamed = (what: string | undefined): Limit | undefined =>
    what === undefined ? undefined : { what, limit: limitOfNamed };

  const emitReached = ({ ip, id }: FastifyRequest, what: string): void =>
    events.emit({
      type: 'limit.reached',
      outcome: 'refused',
      reason: 'too_many_requests',
      address: ip,
      correlation: id,
      details: { endpoint: what },
    });

  return (request, reply, done) => {
    const { url = '', config: route } = request.routeOptions;
    const limit = limits.get(`${request.method} ${url}`) ?? limits.get(url) ?? ofNamed(route.limitedAs);
    if (limit === undefined || request.method === 'OPTIONS') return done();
    const wait = counter.take(usesOfAddress(limit.what, request.ip, limit.limit));
    if (wait === undefined) return done();
    emitReached(request, limit.what);
    reply.header('retry-after', String(wait));
    done(
      new Failure({
        code: 'temporarily_unavailable',
        status: 429,
        message: `too many requests from this address, wait ${wait} seconds`,
      }),
    );
  };
};
