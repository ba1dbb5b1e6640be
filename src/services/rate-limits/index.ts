/**
 * Owns how often one address may call an endpoint, how often one client may, and how often with a wrong secret. It
 * counts without waiting for the store. Sign-ins and user codes need exact counts: those are in throttle.
 */
import type { onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
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

export interface RateLimits {
  /** Limits addresses. It runs before every scope of the server. */
  readonly hook: onRequestHookHandler;
  /** Limits clients, once the engine knows which one is asking. */
  readonly provider: ProviderSettings;
  start(): Promise<() => Promise<void>>;
}

export const createRateLimits = ({ config, store, clock, events }: Dependencies): RateLimits => {
  const counter = createCounter({ store, clock });
  return {
    hook: limitAddresses({ config, events, counter }),
    provider: limitClients({ config, counter }),
    start: async () => counter.stop,
  };
};
