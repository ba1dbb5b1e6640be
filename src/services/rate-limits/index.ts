/**
 * How often the endpoints of the protocol may be asked: by one address, by one client, and with a wrong secret. Owns
 * the counting without a wait for the store. Not sign-ins and user codes, which are counted exactly (throttle).
 */
import type { onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Clock, Store } from '../../store/port.ts';
import { limitAddresses } from './address-limits.ts';
import { limitClients } from './clients.ts';
import { createCounter } from './counter.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
}

export interface RateLimits extends Feature {
  /** For the server, ahead of every door. */
  readonly hook: onRequestHookHandler;
}

export const createRateLimits = ({ config, store, clock, events }: Dependencies): RateLimits => {
  const counter = createCounter({ store, clock });
  return {
    name: 'limits',
    hook: limitAddresses({ config, events, counter }),
    provider: { attach: (provider) => limitClients(provider, { config, counter }) },
    start: async () => counter.stop,
  };
};
