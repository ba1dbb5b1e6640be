/**
 * Owns how much callers may make the store keep before anyone is signed in, so that no one can fill it:
 *
 * 1. Each record that the engine stores for such a caller is counted (pending-uses.ts), once per KiB: by address, or by
 *    account for a person who is signed in. Beyond the limit the request gets 429. Of a code, what is beyond the first KiB
 *    is counted.
 * 2. A part of the store is kept free (store-reserve.ts). When that part is reached the request gets 503, and everything
 *    else goes on. What lasts is refused first, and people who are signed in last.
 *
 * How often an endpoint may be called at all is in rate-limits.
 */
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import { cookieIn } from '../../cookies.ts';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import { interactionPath } from '../../http/interactions/path.ts';
import { type Admit, NotAdmitted } from '../../provider/admission.ts';
import { routes } from '../../provider/paths.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
import { cookies } from '../../provider/settings/cookies.ts';
import type { Clock, Store } from '../../store/port.ts';
import { createCounter, usesOfRecord } from '../rate-limits/counter.ts';
import { usesOfAddress } from '../rate-limits/uses-of-address.ts';
import { isNewcomer, type PendingUse, pendingUseOf, signInStart } from './pending-uses.ts';
import { createStoreReserve } from './store-reserve.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
}

export interface Admission {
  readonly admit: Admit;
  /** Refuses requests to some routes early, before anything is read or stored for them. */
  attach(server: FastifyInstance): void;
  readonly provider: ProviderSettings;
  /** How much space the store has for records that last. */
  spaceLeft(): 'enough' | 'little' | 'reserve';
  /**
   * Counts a record of so many bytes that doesn't last, for a caller who is not signed in. Beyond the limit of sign-ins
   * of an address it counts nothing, and returns the seconds to wait. Throws unless the store has room.
   */
  secondsToWait(what: string, address: string, bytes?: number): number | undefined;
  /** Throws unless the store has room for a record that lasts, as a client that registers itself. */
  assertRoomToLast(): void;
  start(): Promise<() => Promise<void>>;
}

/** How many reserves must be free. */
const reserves = { lasting: 2, newcomer: 1, known: 0.5 };

/** Pending records expire within ten minutes. */
const retryAfterReserveSeconds = 60;
/** Signing in takes two forms, and some people need more than one try. */
const formsPerSignIn = 4;
const eventIntervalMs = 3_600_000;

const full = 'the store is nearly full, so nothing new can be started until space is free';

export const createAdmission = ({ config, store, clock, events }: Dependencies): Admission => {
  const limits = config.security.throttle;
  const counter = createCounter({ store, clock });
  const reserve = createStoreReserve({ store, percent: config.store.reserve_percent });
  const sessionCookie = cookies(config, []).cookies.names.session;
  let reportedAt = Number.NEGATIVE_INFINITY;

  const emitReserved = (): void => {
    if (clock.now() - reportedAt < eventIntervalMs) return;
    reportedAt = clock.now();
    events.emit({ type: 'store.reserved', outcome: 'failed', reason: 'store_nearly_full' });
  };

  const isReserved = (share: number): boolean => {
    if (!reserve.isFreeLessThan(share)) return false;
    emitReserved();
    return true;
  };

  const assertRoom = (share: number): void => {
    if (!isReserved(share)) return;
    throw new Failure({ code: 'temporarily_unavailable', status: 503, message: full });
  };

  const refuse = (
    ctx: KoaContextWithOIDC,
    status: 429 | 503,
    seconds: number,
    description: string,
  ): never => {
    ctx.set('Retry-After', String(seconds));
    throw new NotAdmitted(status, description);
  };

  const refuseBeyondLimits = (ctx: KoaContextWithOIDC, { known, uses }: PendingUse): void => {
    const wait = counter.secondsToWait(uses);
    const caller = known ? 'account' : 'address';
    if (wait !== undefined)
      refuse(ctx, 429, wait, `too many requests of this ${caller}, wait ${wait} seconds`);
  };

  const assertAdmitted = (ctx: KoaContextWithOIDC, pending: PendingUse): void => {
    refuseBeyondLimits(ctx, pending);
    if (isReserved(pending.known ? reserves.known : reserves.newcomer))
      refuse(ctx, 503, retryAfterReserveSeconds, full);
  };

  /** A code ends a sign-in that has begun, so it needs no reserve. One of the usual size doesn't count. */
  const admitCode = (ctx: KoaContextWithOIDC, bytes: number): void => {
    const times = usesOfRecord(bytes) - 1;
    if (times === 0) return;
    const pending = pendingUseOf(ctx, 'AuthorizationCode', limits);
    refuseBeyondLimits(ctx, pending);
    for (const use of pending.uses) counter.add(use, times);
    reserve.add(bytes);
  };

  const refuseAtOnce = (request: FastifyRequest, endpoint: string, wait: number): Failure => {
    events.emit({
      type: 'limit.reached',
      outcome: 'refused',
      reason: 'too_many_requests',
      address: request.ip,
      correlation: request.id,
      details: { endpoint },
    });
    return new Failure({
      code: 'temporarily_unavailable',
      status: 429,
      message: `too many requests from this address, wait ${wait} seconds`,
    });
  };

  /** A request without a cookie is refused before the engine sees it, because it would be refused there. */
  const refuseStart: onRequestHookHandler = (request, reply, done) => {
    if (cookieIn(request.headers, sessionCookie) !== undefined) return done();
    const uses = usesOfAddress(signInStart, request.ip, limits.sign_in_start_per_address);
    const wait = counter.secondsToWait(uses);
    if (wait === undefined) return done();
    reply.header('retry-after', String(wait));
    done(refuseAtOnce(request, 'authorize', wait));
  };

  /** Each form can make the store count a failure, whatever name was typed. */
  const limitForms: onRequestHookHandler = (request, reply, done) => {
    const limit = formsPerSignIn * limits.sign_in_start_per_address;
    const uses = usesOfAddress('sign-in-form', request.ip, limit);
    const wait = counter.secondsToWait(uses);
    if (wait === undefined) {
      for (const use of uses) counter.add(use);
      return done();
    }
    reply.header('retry-after', String(wait));
    done(refuseAtOnce(request, 'interaction', wait));
  };

  /** The hooks by method and path. A route has only the hook that it needs, so others take no time for it. */
  const hooks: ReadonlyMap<string, onRequestHookHandler> = new Map([
    [`GET ${routes.authorization}`, refuseStart],
    [`POST ${interactionPath(':uid')}`, limitForms],
  ]);

  return {
    admit(ctx, { model, bytes }) {
      if (model === 'AuthorizationCode') return admitCode(ctx, bytes);
      const pending = pendingUseOf(ctx, model, limits);
      assertAdmitted(ctx, pending);
      for (const use of pending.uses) counter.add(use, usesOfRecord(bytes));
      reserve.add(bytes);
    },
    attach(server) {
      server.addHook('onRoute', (route) => {
        const hook = hooks.get(`${[route.method].flat().join()} ${route.url}`);
        if (hook) route.onRequest = [...[route.onRequest ?? []].flat(), hook];
      });
    },
    provider: {
      routes: [
        {
          route: ['pushed_authorization_request', 'device_authorization'],
          // This runs before the proof of the request is marked as used, which is a record too.
          clientKnown(ctx, client) {
            if (!isNewcomer(client)) return;
            const model =
              ctx.oidc.route === 'device_authorization' ? 'DeviceCode' : 'PushedAuthorizationRequest';
            assertAdmitted(ctx, pendingUseOf(ctx, model, limits));
          },
        },
      ],
    },
    spaceLeft() {
      if (reserve.isFreeLessThan(reserves.newcomer)) return 'reserve';
      return reserve.isFreeLessThan(reserves.lasting) ? 'little' : 'enough';
    },
    secondsToWait(what, address, bytes = 0) {
      const uses = usesOfAddress(what, address, limits.sign_in_start_per_address);
      const wait = counter.secondsToWait(uses);
      if (wait !== undefined) return wait;
      assertRoom(reserves.newcomer);
      for (const use of uses) counter.add(use, usesOfRecord(bytes));
      reserve.add(bytes);
      return undefined;
    },
    assertRoomToLast: () => assertRoom(reserves.lasting),
    async start() {
      const stop = await reserve.start();
      return async () => {
        await counter.stop();
        await stop();
      };
    },
  };
};
