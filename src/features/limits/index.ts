/**
 * How often the endpoints of the protocol may be asked: by one address, by one client, and with a wrong secret. Owns
 * the counting without a wait for the store. Not sign-ins and user codes, which are counted exactly (throttle).
 */
import type { onRequestHookHandler } from 'fastify';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Feature } from '../../feature.ts';
import type { Clock, Store } from '../../store/port.ts';
import { limitClients } from './clients.ts';
import { createCounter } from './counter.ts';
import { limitAddresses } from './hook.ts';

interface Parts {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
}

export interface Limits extends Feature {
  /** For the server, ahead of every door. */
  readonly hook: onRequestHookHandler;
}

export const limits = ({ config, store, clock, events }: Parts): Limits => {
  const counter = createCounter({ store, clock });
  return {
    name: 'limits',
    hook: limitAddresses({ config, events, counter }),
    engine: { attach: (provider) => limitClients(provider, { config, counter }) },
    start: async () => counter.stop,
  };
};
